/** Prepares TF.js' WebAssembly backend: where its files are, and how many threads it may use. */
import { getThreadsCount, setThreadsCount, setWasmPaths } from "@tensorflow/tfjs-backend-wasm";

export interface WasmOptions {
  /** Folder (ending in "/") or URL per file of the .wasm binaries of @tensorflow/tfjs-backend-wasm. */
  readonly wasmPath: Parameters<typeof setWasmPaths>[0];
  /** Most threads to use; null for every core. Several tabs on one machine should share its cores. */
  readonly threads: number | null;
}

export interface WasmPrepared {
  readonly reason: string;
  /** Threads in use, known once the backend has started. */
  readonly threads: () => number;
}

/** Must run before the backend starts; later calls change nothing. */
export async function startWasm({ wasmPath, threads }: WasmOptions): Promise<WasmPrepared> {
  setWasmPaths(wasmPath);
  // TF.js has threads in browsers only, and they need shared memory, which only an isolated page has.
  if (!globalThis.crossOriginIsolated) {
    return { reason: "WebAssembly with one thread, because this page is not cross-origin isolated.", threads: () => 1 };
  }
  const wanted = Math.max(1, Math.min(threads ?? navigator.hardwareConcurrency, navigator.hardwareConcurrency));
  setThreadsCount(wanted);
  return { reason: "WebAssembly with threads.", threads: () => Math.max(1, getThreadsCount()) };
}
