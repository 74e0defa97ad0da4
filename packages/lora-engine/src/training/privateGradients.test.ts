import { testPrivateGradientsOn } from "./testing/privateGradients.ts";

testPrivateGradientsOn("cpu");
testPrivateGradientsOn("wasm");
