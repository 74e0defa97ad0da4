import { testAllOpsOn } from "./testing/allOps.ts";

testAllOpsOn("webgpu");
