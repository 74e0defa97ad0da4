import { testOpOn, testReference } from "../testing/testOp.ts";
import { rotaryCases } from "./rotary.cases.ts";

testReference("rotary", rotaryCases);
testOpOn("cpu", "rotary", rotaryCases);
testOpOn("wasm", "rotary", rotaryCases);
