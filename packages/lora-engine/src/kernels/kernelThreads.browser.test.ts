import { expect, test } from "vitest";
import { compileKernels, instanceOf } from "./kernelModule.ts";
import { startKernelThreads } from "./kernelThreads.ts";
import { startPageThread } from "./webThreads.ts";

/** As TF.js' own: up to 4 GiB. */
const memory = new WebAssembly.Memory({ initial: 1, maximum: 65_536, shared: true });

/** A WebAssembly module that imports env.none, a function which no worker has. */
const UNSTARTABLE = [0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 2, 12, 1, 3, 101, 110, 118, 4, 110, 111, 110, 101, 0, 0];

test("workers run calls beside the thread that starts them, every call once", async () => {
  const module = await compileKernels(memory);
  if (!module) throw new Error("There is no SIMD");
  const functions = instanceOf(module, memory);
  const threads = await startKernelThreads({ module, memory, functions, count: 3, startWorker: startPageThread });
  expect(threads?.count).toBe(3);
  const values = new Float32Array(memory.buffer, 0, 400).fill(0.5);
  const results = new Float32Array(memory.buffer, 4096, 400);
  for (let round = 0; round < 200; round++) {
    results.fill(0);
    const calls = Array.from({ length: 10 }, (_, share) => [
      values.byteOffset + 160 * share,
      40,
      results.byteOffset + 160 * share,
    ]);
    threads?.run({ kernel: "gelu", calls, scratch: { pointer: 0, bytes: 0 } });
    // 0.5 * 0.5 (1 + tanh(sqrt(2 / pi) (0.5 + 0.044715 / 8)))
    expect(results.findIndex((value) => Math.abs(value - 0.345714) > 1e-5)).toBe(-1);
  }
  threads?.end();
});

test("workers that do not start leave one thread", async () => {
  const module = new WebAssembly.Module(Uint8Array.from(UNSTARTABLE));
  const kernels = await compileKernels(memory);
  if (!kernels) throw new Error("There is no SIMD");
  expect(
    await startKernelThreads({ module, memory, functions: instanceOf(kernels, memory), count: 2, startWorker: startPageThread }),
  ).toBeNull();
});
