import { testPrivateGradientsOn } from "./testing/privateGradients.ts";

testPrivateGradientsOn("webgpu");
