/** Backends for tests, in Node and in the browser; always checked to be the one asked for. */

import type { BackendName, Device } from "@duet/lora-core/protocol/metrics";
import * as tf from "@tensorflow/tfjs";
import { startPageThread } from "../kernels/webThreads.ts";
import { selectBackend } from "./selectBackend.ts";
import type { WasmOptions } from "./wasmBackend.ts";
import type { WebgpuOptions } from "./webgpuDevice.ts";

/** One thread, and the .wasm files: a path in Node, a URL under Vite's test server, where more threads can be asked for. */
export function testWasm(): WasmOptions {
  // Not inlined below: Vite would take `new URL(..., import.meta.url)` for an asset and rewrite it.
  const here = import.meta.url;
  const folder = new URL("../kernels/dist/tfjs/", here);
  if (folder.protocol === "file:") return { wasmPath: decodeURIComponent(folder.pathname), threads: 1 };
  return { wasmPath: folder.href, threads: 1, workers: { start: startPageThread, cores: navigator.hardwareConcurrency } };
}

/** Starts exactly this backend. @throws when it is not there. */
export async function useBackend(name: BackendName, threads = 1, webgpu: WebgpuOptions = {}): Promise<Device> {
  const device = await selectBackend({ ...testWasm(), threads, forced: name, webgpu });
  // TF.js would compute small inputs on the processor instead, and the GPU's kernels would go untested.
  if (name === "webgpu") tf.env().set("WEBGPU_CPU_FORWARD", false);
  return device;
}
