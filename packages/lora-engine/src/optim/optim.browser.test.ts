import { testOptimizerOn } from "./testing/testOptimizer.ts";

testOptimizerOn("webgpu");
