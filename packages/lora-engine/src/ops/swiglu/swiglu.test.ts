import { testOpOn, testReference } from "../testing/testOp.ts";
import { swigluCases } from "./swiglu.cases.ts";

testReference("swiglu", swigluCases);
testOpOn("cpu", "swiglu", swigluCases);
testOpOn("wasm", "swiglu", swigluCases);
