/** WebAssembly in Node as in an isolated page: fused multiply-add, and kernel threads over one shared memory. */
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { setFlagsFromString } from "node:v8";
import { Worker } from "node:worker_threads";
import type { Device } from "@duet/lora-core/protocol/metrics";
import { selectBackend } from "@duet/lora-engine/backends/selectBackend";
import { hasRelaxedSimd } from "@duet/lora-engine/kernels/kernelModule";
import type { KernelWorker, ThreadStart } from "@duet/lora-engine/kernels/kernelThreads";

const WASM_PATH = fileURLToPath(new URL("../../packages/lora-engine/src/kernels/dist/tfjs/", import.meta.url));

/** Before any thread of the process starts: Node 20 has fused multiply-add only when asked, later ones always. */
export function allowRelaxedSimd(): void {
  if (process.versions.node.startsWith("20.")) setFlagsFromString("--experimental-wasm-relaxed-simd");
}

/** What computes here, for whoever reads a time: `Node 20.20.2, 2 cores, with relaxed SIMD`. */
export function runnerInWords(): string {
  const cores = availableParallelism();
  const simd = hasRelaxedSimd() ? "with relaxed SIMD" : "without relaxed SIMD";
  return `Node ${process.versions.node}, ${cores === 1 ? "1 core" : `${cores} cores`}, ${simd}`;
}

/** Starts wasm on this thread, or changes how many kernel threads it has, itself included; as many as there are cores at most. */
export function useNodeWasm(threads: number): Promise<Device> {
  const workers = { start: startKernelThread, cores: availableParallelism() };
  return selectBackend({ forced: "wasm", wasmPath: WASM_PATH, threads, workers });
}

/** It keeps no process running. */
function startKernelThread(start: ThreadStart): KernelWorker {
  const entry = new URL("kernelThread.ts", import.meta.url).href;
  const worker = new Worker(new URL("startThread.mjs", import.meta.url), { workerData: { ...start, entry } });
  const ready = new Promise<void>((resolve, reject) => {
    worker.once("message", () => {
      worker.unref();
      resolve();
    });
    worker.once("error", reject);
  });
  return { ready, terminate: () => void worker.terminate() };
}
