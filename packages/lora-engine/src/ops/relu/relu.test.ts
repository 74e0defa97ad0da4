import { testOpOn, testReference } from "../testing/testOp.ts";
import { reluCases } from "./relu.cases.ts";

testReference("relu", reluCases);
testOpOn("cpu", "relu", reluCases);
testOpOn("wasm", "relu", reluCases);
