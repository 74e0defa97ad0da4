/** Backends for tests, in Node and in the browser; always checked to be the one asked for. */
import type { BackendName, Device } from "../protocol/metrics.ts";
import { selectBackend } from "./selectBackend.ts";
import type { WasmOptions } from "./wasmBackend.ts";

/** One thread, and the .wasm files: a path in Node, a URL under Vite's test server. */
export function testWasm(): WasmOptions {
  const folder = new URL("../../../../node_modules/@tensorflow/tfjs-backend-wasm/dist/", import.meta.url);
  return { wasmPath: folder.protocol === "file:" ? decodeURIComponent(folder.pathname) : folder.href, threads: 1 };
}

/** Starts exactly this backend. @throws when it is not there. */
export function useBackend(name: BackendName): Promise<Device> {
  return selectBackend({ ...testWasm(), forced: name });
}
