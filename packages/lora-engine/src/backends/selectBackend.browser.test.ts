import * as tf from "@tensorflow/tfjs";
import { describe, expect, test } from "vitest";
import { selectBackend } from "./selectBackend.ts";
import { testWasm } from "./testBackend.ts";

/** The test browser has one WebGPU adapter, a software one. */
describe("selectBackend in the browser", () => {
  test("prefers wasm to a software WebGPU adapter and says why", async () => {
    const device = await selectBackend({ ...testWasm(), forced: null });
    expect(device.backend).toBe("wasm");
    expect(device.reason).toMatch(/^The only WebGPU adapter is a software one \(.*swiftshader.*\)\./i);
    expect(tf.getBackend()).toBe("wasm");
  });

  test("takes the software adapter when webgpu is asked for", async () => {
    const device = await selectBackend({ ...testWasm(), forced: "webgpu" });
    expect(device).toMatchObject({ backend: "webgpu", reason: "It was asked for." });
    expect(device.description).toMatch(/swiftshader/i);
    expect(tf.getBackend()).toBe("webgpu");
    const doubled = tf.tidy(() => tf.mul(tf.tensor1d([1.5, -2]), 2));
    expect([...(await doubled.data())]).toEqual([3, -4]);
    doubled.dispose();
  });

  test("runs the threaded build of wasm in a worker of an isolated page", async () => {
    const worker = new Worker(new URL("./testing/backendWorker.ts", import.meta.url), { type: "module" });
    const answer = await new Promise<MessageEvent>((resolve, reject) => {
      worker.onmessage = resolve;
      worker.onerror = (event) => reject(new Error(event.message));
    });
    worker.terminate();
    expect(answer.data).toMatchObject({ isolated: true, last: 32, threaded: true, device: { backend: "wasm" } });
    // How many threads TF.js really takes depends on the machine.
    expect(answer.data.device.reason).toMatch(/WebAssembly with (one thread|\d+ threads)\.$/);
  });
});
