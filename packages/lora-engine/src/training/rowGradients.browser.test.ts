import { testRowGradientsOn } from "./testing/rowGradients.ts";

testRowGradientsOn("webgpu");
