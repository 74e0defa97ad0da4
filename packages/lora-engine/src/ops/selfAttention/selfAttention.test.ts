import { testOpOn, testReference } from "../testing/testOp.ts";
import { longSelfAttentionCases, selfAttentionCases } from "./selfAttention.cases.ts";

testReference("selfAttention", selfAttentionCases);
testOpOn("cpu", "selfAttention", selfAttentionCases);
testOpOn("wasm", "selfAttention", selfAttentionCases);
testOpOn("wasm", "long selfAttention", longSelfAttentionCases);
