import { testLeaksOn } from "./testing/leaks.ts";

testLeaksOn("cpu");
testLeaksOn("wasm");
