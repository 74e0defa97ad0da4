/** In an isolated page TF.js' memory is shared and Chromium has relaxed SIMD: other builds of the kernels than Node's. */
import { expect, it } from "vitest";
import { useBackend } from "../backends/testBackend.ts";
import { wasmMemory } from "../kernels/wasmHeap.ts";
import { hasWasmKernels } from "../kernels/wasmKernels.ts";
import { attentionCases } from "./attention/attention.cases.ts";
import { geluCases } from "./gelu/gelu.cases.ts";
import { layerNormCases } from "./layerNorm/layerNorm.cases.ts";
import { loraLinearCases } from "./loraLinear/loraLinear.cases.ts";
import { maskedCrossEntropyCases } from "./maskedCrossEntropy/maskedCrossEntropy.cases.ts";
import { rmsNormCases } from "./rmsNorm/rmsNorm.cases.ts";
import { rotaryCases } from "./rotary/rotary.cases.ts";
import { selectRowsCases } from "./selectRows/selectRows.cases.ts";
import { swigluCases } from "./swiglu/swiglu.cases.ts";
import { testOpOn } from "./testing/testOp.ts";

it("has own kernels over the shared memory", async () => {
  await useBackend("wasm");
  expect(wasmMemory().buffer).toBeInstanceOf(SharedArrayBuffer);
  expect(hasWasmKernels()).toBe(true);
});

testOpOn("wasm", "loraLinear", loraLinearCases);
testOpOn("wasm", "attention", attentionCases);
testOpOn("wasm", "rmsNorm", rmsNormCases);
testOpOn("wasm", "layerNorm", layerNormCases);
testOpOn("wasm", "rotary", rotaryCases);
testOpOn("wasm", "swiglu", swigluCases);
testOpOn("wasm", "gelu", geluCases);
testOpOn("wasm", "maskedCrossEntropy", maskedCrossEntropyCases);
testOpOn("wasm", "selectRows", selectRowsCases);
