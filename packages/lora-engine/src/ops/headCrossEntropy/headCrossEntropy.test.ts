import { testOpOn, testReference } from "../testing/testOp.ts";
import { headCrossEntropyCases, wideHeadCrossEntropyCases } from "./headCrossEntropy.cases.ts";

testReference("headCrossEntropy", headCrossEntropyCases);
testOpOn("cpu", "headCrossEntropy", headCrossEntropyCases);
testOpOn("cpu", "wide headCrossEntropy", wideHeadCrossEntropyCases);
testOpOn("wasm", "headCrossEntropy", headCrossEntropyCases);
testOpOn("wasm", "wide headCrossEntropy", wideHeadCrossEntropyCases);
