/** Backends for tests, in Node and in the browser; always checked to be the one asked for. */
import * as tf from "@tensorflow/tfjs";
import type { BackendName, Device } from "../protocol/metrics.ts";
import { selectBackend } from "./selectBackend.ts";
import type { WasmOptions } from "./wasmBackend.ts";

/** One thread, and the .wasm files: a path in Node, a URL under Vite's test server. */
export function testWasm(): WasmOptions {
  const folder = new URL("../../../../node_modules/@tensorflow/tfjs-backend-wasm/dist/", import.meta.url);
  return { wasmPath: folder.protocol === "file:" ? decodeURIComponent(folder.pathname) : folder.href, threads: 1 };
}

/** Starts exactly this backend. @throws when it is not there. */
export async function useBackend(name: BackendName): Promise<Device> {
  const device = await selectBackend({ ...testWasm(), forced: name });
  // TF.js would compute small inputs on the processor instead, and the GPU's kernels would go untested.
  if (name === "webgpu") tf.env().set("WEBGPU_CPU_FORWARD", false);
  return device;
}
