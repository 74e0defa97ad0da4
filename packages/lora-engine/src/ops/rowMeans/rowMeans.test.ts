import { testOpOn, testReference } from "../testing/testOp.ts";
import { rowMeansCases } from "./rowMeans.cases.ts";

testReference("rowMeans", rowMeansCases);
testOpOn("cpu", "rowMeans", rowMeansCases);
testOpOn("wasm", "rowMeans", rowMeansCases);
