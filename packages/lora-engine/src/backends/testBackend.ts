/** Backends for tests, in Node and in the browser; always checked to be the one asked for. */

import type { BackendName, Device } from "@duet/lora-core/protocol/metrics";
import * as tf from "@tensorflow/tfjs";
import { selectBackend } from "./selectBackend.ts";
import type { WasmOptions } from "./wasmBackend.ts";

const WASM_FILES = "node_modules/@tensorflow/tfjs-backend-wasm/dist/";

/** One thread, and the .wasm files: a path in Node, a URL under Vite's test server, whose root is the repository's. */
export function testWasm(): WasmOptions {
  // Not inlined below: Vite would take `new URL(..., import.meta.url)` for an asset and rewrite it.
  const here = import.meta.url;
  const inNode = here.startsWith("file:");
  const folder = new URL(inNode ? `../../../../${WASM_FILES}` : `/${WASM_FILES}`, here);
  return { wasmPath: inNode ? decodeURIComponent(folder.pathname) : folder.href, threads: 1 };
}

/** Starts exactly this backend. @throws when it is not there. */
export async function useBackend(name: BackendName, threads = 1): Promise<Device> {
  const device = await selectBackend({ ...testWasm(), threads, forced: name });
  // TF.js would compute small inputs on the processor instead, and the GPU's kernels would go untested.
  if (name === "webgpu") tf.env().set("WEBGPU_CPU_FORWARD", false);
  return device;
}
