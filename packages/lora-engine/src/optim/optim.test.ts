import { testOptimizerOn } from "./testing/testOptimizer.ts";

testOptimizerOn("cpu");
testOptimizerOn("wasm");
