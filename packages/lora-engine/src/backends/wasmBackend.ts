/** Prepares WebAssembly: which of TF.js' binaries it takes, and how many threads our kernels may use. */
import type { DeviceSaying } from "@duet/lora-core/protocol/deviceSentences";
import * as tf from "@tensorflow/tfjs";
import { setThreadsCount, setWasmPaths } from "@tensorflow/tfjs-backend-wasm";
import type { StartKernelWorker } from "../kernels/kernelThreads.ts";
import { refuseFullMemory } from "../kernels/wasmHeap.ts";
import { prepareWasmKernels } from "../kernels/wasmKernels.ts";
import "./wasmIdentity.ts";

export interface WasmOptions {
  /** Folder of the .wasm binaries, ending in "/": a URL in a page, a path in Node. Only where memory is shared must it be the set-up's. */
  readonly wasmPath: string;
  /** Most threads to use; null for every core, up to eight. Several tabs on one machine should share its cores. */
  readonly threads: number | null;
  /** Without these there is one thread. */
  readonly workers?: KernelWorkers;
}

/** How threads start in this runtime. */
export interface KernelWorkers {
  readonly start: StartKernelWorker;
  readonly cores: number;
}

export interface WasmStarted {
  readonly told: DeviceSaying;
  readonly threads: number;
}

/** Beyond these the parts of a step are too small to be shared. */
const MOST_THREADS = 8;

/** Must run before the backend starts; later calls change nothing. */
export function configureWasm(options: WasmOptions): void {
  // TF.js' build with threads starts workers from within a worker, where Firefox can stand still for good (ADR 0036).
  tf.env().set("WASM_HAS_MULTITHREAD_SUPPORT", false);
  setThreadsCount(1);
  const { wasmPath } = options;
  const simd = `${wasmPath}tfjs-backend-wasm-simd${sharesMemory(options) ? "-shared" : ""}.wasm`;
  setWasmPaths({
    "tfjs-backend-wasm.wasm": `${wasmPath}tfjs-backend-wasm.wasm`,
    "tfjs-backend-wasm-simd.wasm": simd,
    // TF.js wants to be told, and does not take it.
    "tfjs-backend-wasm-threaded-simd.wasm": simd,
  });
}

/** To be called once the backend has started, and again to change the number of threads. Says what came of it. */
export async function startWasmKernels(options: WasmOptions): Promise<WasmStarted> {
  const wanted = threadsOf(options);
  refuseFullMemory();
  // Without kernels TF.js computes, on one thread.
  const threads = (await prepareWasmKernels(wanted, options.workers?.start ?? null)) || 1;
  if (threads > 1) return { threads, told: ["threads", threads] };
  const cause = options.workers ? (unsharedBecause() ?? (wanted > 1 ? "threadsFailed" : null)) : null;
  return { threads, told: [cause ?? "oneThread"] };
}

/** Why no memory can be shared with other threads here; null where it can. Being isolated is not enough: WebKitGTK is, and shares none. */
function unsharedBecause(): "notIsolated" | "memoryUnshared" | null {
  if (globalThis.crossOriginIsolated === false) return "notIsolated";
  return "SharedArrayBuffer" in globalThis ? null : "memoryUnshared";
}

function sharesMemory({ workers }: WasmOptions): boolean {
  return workers !== undefined && unsharedBecause() === null;
}

function threadsOf(options: WasmOptions): number {
  if (!options.workers || !sharesMemory(options)) return 1;
  return Math.max(1, Math.min(options.threads ?? MOST_THREADS, options.workers.cores));
}
