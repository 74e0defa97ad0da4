import { testOpOn, testReference } from "../testing/testOp.ts";
import { meanOfCases } from "./meanOf.cases.ts";

testReference("meanOf", meanOfCases);
testOpOn("cpu", "meanOf", meanOfCases);
testOpOn("wasm", "meanOf", meanOfCases);
