import { testOpOn, testReference } from "../testing/testOp.ts";
import { rmsNormCases } from "./rmsNorm.cases.ts";

testReference("rmsNorm", rmsNormCases);
testOpOn("cpu", "rmsNorm", rmsNormCases);
testOpOn("wasm", "rmsNorm", rmsNormCases);
