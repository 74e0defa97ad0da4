import { testOpOn, testReference } from "../testing/testOp.ts";
import { selectRowsCases } from "./selectRows.cases.ts";

testReference("selectRows", selectRowsCases);
testOpOn("cpu", "selectRows", selectRowsCases);
testOpOn("wasm", "selectRows", selectRowsCases);
