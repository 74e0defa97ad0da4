import * as tf from "@tensorflow/tfjs";
import { describe, expect, test } from "vitest";
import { servePageThreads } from "../kernels/webThreads.ts";
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

  test("has its page start the threads of wasm, in a worker of an isolated page", async () => {
    const { port1, port2 } = new MessageChannel();
    const endThreads = servePageThreads(port1);
    const worker = new Worker(new URL("./testing/backendWorker.ts", import.meta.url), { type: "module" });
    const answer = await new Promise<MessageEvent>((resolve, reject) => {
      worker.onmessage = resolve;
      worker.onerror = (event) => reject(new Error(event.message));
      worker.postMessage(port2, [port2]);
    });
    worker.terminate();
    endThreads();
    expect(answer.data).toMatchObject({ isolated: true, shared: true, device: { backend: "wasm", threads: 2 } });
    // 0.5 (1 + tanh(sqrt(2 / pi) 1.044715)).
    expect(answer.data.last).toBeCloseTo(0.841192, 5);
    expect(answer.data.device.reason).toMatch(/WebAssembly with 2 threads\.$/);
  });
});
