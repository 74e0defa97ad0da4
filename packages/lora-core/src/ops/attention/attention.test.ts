import { testOpOn, testReference } from "../testing/testOp.ts";
import { attentionCases } from "./attention.cases.ts";

testReference("attention", attentionCases);
testOpOn("cpu", "attention", attentionCases);
testOpOn("wasm", "attention", attentionCases);
