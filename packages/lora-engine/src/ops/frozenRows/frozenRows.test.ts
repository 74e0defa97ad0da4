import { testFrozenRowsOn } from "../testing/frozenRows.ts";

testFrozenRowsOn("cpu");
testFrozenRowsOn("wasm");
