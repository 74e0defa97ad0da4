import { testOpOn, testReference } from "../testing/testOp.ts";
import { residualNormCases } from "./residualNorm.cases.ts";

testReference("residualNorm", residualNormCases);
testOpOn("cpu", "residualNorm", residualNormCases);
testOpOn("wasm", "residualNorm", residualNormCases);
