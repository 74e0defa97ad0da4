import { testCausalLmParity } from "./testing/parity.ts";

testCausalLmParity("webgpu");
