/** In an isolated page TF.js' memory is shared and Chromium has relaxed SIMD: other builds of the kernels than Node's. */
import { expect, it } from "vitest";
import { useBackend } from "../backends/testBackend.ts";
import { wasmMemory } from "../kernels/wasmHeap.ts";
import { hasWasmKernels } from "../kernels/wasmKernels.ts";
import { testAllOpsOn } from "./testing/allOps.ts";

it("has own kernels over the shared memory", async () => {
  await useBackend("wasm");
  expect(wasmMemory().buffer).toBeInstanceOf(SharedArrayBuffer);
  expect(hasWasmKernels()).toBe(true);
});

testAllOpsOn("wasm");
