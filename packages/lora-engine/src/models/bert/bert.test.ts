import { testBertParity } from "./testing/parity.ts";

testBertParity("cpu");
testBertParity("wasm");
