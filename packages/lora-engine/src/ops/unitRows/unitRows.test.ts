import { testOpOn, testReference } from "../testing/testOp.ts";
import { unitRowsCases } from "./unitRows.cases.ts";

testReference("unitRows", unitRowsCases);
testOpOn("cpu", "unitRows", unitRowsCases);
testOpOn("wasm", "unitRows", unitRowsCases);
