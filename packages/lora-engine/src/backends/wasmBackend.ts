/** Prepares WebAssembly: where TF.js' files are, and how many threads it and our kernels may use. */
import { getThreadsCount, setThreadsCount, setWasmPaths } from "@tensorflow/tfjs-backend-wasm";
import type { StartKernelWorker } from "../kernels/kernelThreads.ts";
import { prepareWasmKernels } from "../kernels/wasmKernels.ts";
import "./wasmIdentity.ts";

export interface WasmOptions {
  /** Folder (ending in "/") or URL per file of the .wasm binaries of @tensorflow/tfjs-backend-wasm. */
  readonly wasmPath: Parameters<typeof setWasmPaths>[0];
  /** Most threads to use; null for every core, up to eight. Several tabs on one machine should share its cores. */
  readonly threads: number | null;
  /** In a runtime without web workers. Then wasmPath has URLs of a binary from `withSharedMemory`. */
  readonly workers?: KernelWorkers;
}

/** How threads start where a page's do not. */
export interface KernelWorkers {
  readonly start: StartKernelWorker;
  readonly cores: number;
}

export interface WasmStarted {
  readonly reason: string;
  readonly threads: number;
}

/** Beyond these the parts of a step are too small to be shared. */
const MOST_THREADS = 8;

/** Must run before the backend starts; later calls change the threads of our kernels only. */
export function configureWasm(options: WasmOptions): void {
  const { wasmPath, workers } = options;
  // Outside of browsers TF.js reads files by itself, and URLs only when asked.
  setWasmPaths(wasmPath, workers !== undefined);
  setThreadsCount(workers ? 1 : threadsOf(options));
}

/** To be called once the backend has started. Says what came of it. */
export async function startWasmKernels(options: WasmOptions): Promise<WasmStarted> {
  const taken = await prepareWasmKernels(threadsOf(options), options.workers?.start);
  // Without kernels TF.js computes, with fewer threads than asked for on small machines.
  const threads = taken || Math.max(1, getThreadsCount());
  if (threads > 1) return { threads, reason: `WebAssembly with ${threads} threads.` };
  const unshared = !globalThis.crossOriginIsolated && !options.workers;
  return { threads, reason: `WebAssembly with one thread${unshared ? ", because this page is not cross-origin isolated" : ""}.` };
}

/** Threads need shared memory, which an isolated page has, and whoever brings workers. TF.js' own start in browsers only. */
function threadsOf({ threads, workers }: WasmOptions): number {
  if (!workers && !globalThis.crossOriginIsolated) return 1;
  const cores = workers?.cores ?? navigator.hardwareConcurrency;
  return Math.max(1, Math.min(threads ?? MOST_THREADS, cores));
}
