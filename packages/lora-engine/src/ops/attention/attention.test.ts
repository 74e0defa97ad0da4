import { testOpOn, testReference } from "../testing/testOp.ts";
import { attentionCases, longAttentionCases } from "./attention.cases.ts";

testReference("attention", attentionCases);
testOpOn("cpu", "attention", attentionCases);
testOpOn("wasm", "attention", attentionCases);
testOpOn("wasm", "long attention", longAttentionCases);
