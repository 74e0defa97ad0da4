import { testBertParity } from "./testing/parity.ts";

testBertParity("webgpu");
