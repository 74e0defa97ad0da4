/** WebAssembly in Node as in an isolated page: fused multiply-add, and kernel threads over one shared memory. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { availableParallelism } from "node:os";
import { setFlagsFromString } from "node:v8";
import { Worker } from "node:worker_threads";
import type { Device } from "@duet/lora-core/protocol/metrics";
import { selectBackend } from "@duet/lora-engine/backends/selectBackend";
import { withSharedMemory } from "@duet/lora-engine/backends/sharedMemory";
import { hasRelaxedSimd } from "@duet/lora-engine/kernels/kernelModule";
import type { KernelWorker, ThreadStart } from "@duet/lora-engine/kernels/kernelThreads";

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
  return selectBackend({ forced: "wasm", wasmPath: sharedBinary(), threads, workers });
}

type Binaries = Readonly<
  Record<"tfjs-backend-wasm.wasm" | "tfjs-backend-wasm-simd.wasm" | "tfjs-backend-wasm-threaded-simd.wasm", string>
>;
let binaries: Binaries | null = null;

/** One for all that TF.js could choose: every Node has SIMD. */
function sharedBinary(): Binaries {
  if (binaries) return binaries;
  const file = createRequire(import.meta.url).resolve("@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm");
  const bytes = Buffer.from(withSharedMemory(readFileSync(file)));
  const url = `data:application/wasm;base64,${bytes.toString("base64")}`;
  binaries = {
    "tfjs-backend-wasm.wasm": url,
    "tfjs-backend-wasm-simd.wasm": url,
    "tfjs-backend-wasm-threaded-simd.wasm": url,
  };
  return binaries;
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
