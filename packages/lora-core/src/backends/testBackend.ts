/** Backends for tests, in Node and in the browser; always checked to be the one asked for. */
import type { BackendName, Device } from "../protocol/metrics.ts";
import { selectBackend } from "./selectBackend.ts";

/** The .wasm files: a path in Node, a URL under Vite's test server. */
function wasmPath(): string {
  const folder = new URL("../../../../node_modules/@tensorflow/tfjs-backend-wasm/dist/", import.meta.url);
  return folder.protocol === "file:" ? decodeURIComponent(folder.pathname) : folder.href;
}

/** Starts exactly this backend. @throws when it is not there. */
export function useBackend(name: BackendName): Promise<Device> {
  return selectBackend({ forced: name, wasmPath: wasmPath(), threads: 1 });
}
