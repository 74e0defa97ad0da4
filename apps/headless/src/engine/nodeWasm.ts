/** WebAssembly in Node as in an isolated page: fused multiply-add, and kernel threads over one shared memory. */
import { existsSync } from "node:fs";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { setFlagsFromString } from "node:v8";
import { Worker } from "node:worker_threads";
import type { WasmOptions } from "@duet/lora-engine/backends/wasmBackend";
import type { KernelWorker, ThreadStart } from "@duet/lora-engine/kernels/kernelThreads";

/** Before any thread of the process starts: Node 20 has fused multiply-add only when asked, later ones always. */
export function allowRelaxedSimd(): void {
  if (process.versions.node.startsWith("20.")) setFlagsFromString("--experimental-wasm-relaxed-simd");
}

/** As many threads as wanted and there are cores, this one included; null for as many as help. */
export function nodeWasm(threads: number | null): WasmOptions {
  return { wasmPath: wasmFolder(), threads, workers: { start: startKernelThread, cores: availableParallelism() } };
}

/** Where TF.js' binaries are, one with shared memory among them: beside a packed program, where the set-up places them otherwise. */
function wasmFolder(): string {
  const packed = fileURLToPath(new URL("./wasm/", import.meta.url));
  if (existsSync(packed)) return packed;
  return fileURLToPath(new URL("../../../../packages/lora-engine/src/kernels/dist/tfjs/", import.meta.url));
}

/** It keeps no process running. */
function startKernelThread(start: ThreadStart): KernelWorker {
  const packed = new URL("./kernelThread.mjs", import.meta.url);
  const entry = existsSync(packed) ? packed : new URL("./startThread.mjs", import.meta.url);
  const worker = new Worker(entry, { workerData: start, execArgv: [] });
  const ready = new Promise<void>((resolve, reject) => {
    worker.once("message", () => {
      worker.unref();
      resolve();
    });
    worker.once("error", reject);
  });
  return { ready, terminate: () => void worker.terminate() };
}
