import { testOpOn, testReference } from "../testing/testOp.ts";
import { loraLinearCases, wideLoraLinearCases } from "./loraLinear.cases.ts";

testReference("loraLinear", loraLinearCases);
testOpOn("cpu", "loraLinear", loraLinearCases);
testOpOn("wasm", "loraLinear", loraLinearCases);
testOpOn("wasm", "wide loraLinear", wideLoraLinearCases);
