import { testOpOn, testReference } from "../testing/testOp.ts";
import { maskedCrossEntropyCases } from "./maskedCrossEntropy.cases.ts";

testReference("maskedCrossEntropy", maskedCrossEntropyCases);
testOpOn("cpu", "maskedCrossEntropy", maskedCrossEntropyCases);
testOpOn("wasm", "maskedCrossEntropy", maskedCrossEntropyCases);
