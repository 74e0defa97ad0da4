import { testCausalLmParity } from "./testing/parity.ts";

testCausalLmParity("cpu");
testCausalLmParity("wasm");
