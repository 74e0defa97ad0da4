/** Prepares WebAssembly: where TF.js' files are, and how many threads it and our kernels may use. */
import { getThreadsCount, setThreadsCount, setWasmPaths } from "@tensorflow/tfjs-backend-wasm";
import { prepareWasmKernels } from "../kernels/wasmKernels.ts";
import "./wasmIdentity.ts";

export interface WasmOptions {
  /** Folder (ending in "/") or URL per file of the .wasm binaries of @tensorflow/tfjs-backend-wasm. */
  readonly wasmPath: Parameters<typeof setWasmPaths>[0];
  /** Most threads to use; null for every core, up to eight. Several tabs on one machine should share its cores. */
  readonly threads: number | null;
}

export interface WasmStarted {
  readonly reason: string;
  readonly threads: number;
}

/** Beyond these the parts of a step are too small to be shared. */
const MOST_THREADS = 8;

/** Must run before the backend starts; later calls change the threads of our kernels only. */
export function configureWasm(options: WasmOptions): void {
  setWasmPaths(options.wasmPath);
  setThreadsCount(threadsOf(options));
}

/** To be called once the backend has started. Says what came of it. */
export async function startWasmKernels(options: WasmOptions): Promise<WasmStarted> {
  const taken = await prepareWasmKernels(threadsOf(options));
  // Without kernels TF.js computes, with fewer threads than asked for on small machines.
  const threads = taken || Math.max(1, getThreadsCount());
  if (threads > 1) return { threads, reason: `WebAssembly with ${threads} threads.` };
  const isolated = globalThis.crossOriginIsolated;
  return { threads, reason: `WebAssembly with one thread${isolated ? "" : ", because this page is not cross-origin isolated"}.` };
}

/** Threads need shared memory, which only an isolated page has, and which TF.js makes in browsers only. */
function threadsOf({ threads }: WasmOptions): number {
  if (!globalThis.crossOriginIsolated) return 1;
  return Math.max(1, Math.min(threads ?? MOST_THREADS, navigator.hardwareConcurrency));
}
