/** Prepares TF.js' WebAssembly backend: where its files are, and how many threads it may use. */
import { getThreadsCount, setThreadsCount, setWasmPaths } from "@tensorflow/tfjs-backend-wasm";
import "./wasmIdentity.ts";

export interface WasmOptions {
  /** Folder (ending in "/") or URL per file of the .wasm binaries of @tensorflow/tfjs-backend-wasm. */
  readonly wasmPath: Parameters<typeof setWasmPaths>[0];
  /** Most threads to use; null for every core. Several tabs on one machine should share its cores. */
  readonly threads: number | null;
}

export interface WasmStarted {
  readonly reason: string;
  readonly threads: number;
}

/** Must run before the backend starts; later calls change nothing. What came of it is known once the backend has started. */
export async function prepareWasm({ wasmPath, threads }: WasmOptions): Promise<() => WasmStarted> {
  setWasmPaths(wasmPath);
  // TF.js has threads in browsers only, and they need shared memory, which only an isolated page has.
  if (!globalThis.crossOriginIsolated) {
    return () => ({ threads: 1, reason: "WebAssembly with one thread, because this page is not cross-origin isolated." });
  }
  setThreadsCount(Math.max(1, Math.min(threads ?? navigator.hardwareConcurrency, navigator.hardwareConcurrency)));
  return () => {
    // TF.js 4.22 takes fewer than asked for on small machines: one on two cores.
    const taken = Math.max(1, getThreadsCount());
    return { threads: taken, reason: taken === 1 ? "WebAssembly with one thread." : `WebAssembly with ${taken} threads.` };
  };
}
