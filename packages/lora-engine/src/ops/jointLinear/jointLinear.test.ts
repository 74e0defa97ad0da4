import { testOpOn, testReference } from "../testing/testOp.ts";
import { jointLinearCases, wideJointLinearCases } from "./jointLinear.cases.ts";

testReference("jointLinear", jointLinearCases);
testOpOn("cpu", "jointLinear", jointLinearCases);
testOpOn("wasm", "jointLinear", jointLinearCases);
testOpOn("wasm", "wide jointLinear", wideJointLinearCases);
