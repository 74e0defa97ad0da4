/** WebAssembly of the experiments, and what it runs on. */
import { availableParallelism } from "node:os";
import { nodeWasm } from "@duet/headless/engine/nodeWasm";
import type { Device } from "@duet/lora-core/protocol/metrics";
import { selectBackend } from "@duet/lora-engine/backends/selectBackend";
import { hasRelaxedSimd } from "@duet/lora-engine/kernels/kernelModule";

/** What computes here, for whoever reads a time: `Node 20.20.2, 2 cores, with relaxed SIMD`. */
export function runnerInWords(): string {
  const cores = availableParallelism();
  const simd = hasRelaxedSimd() ? "with relaxed SIMD" : "without relaxed SIMD";
  return `Node ${process.versions.node}, ${cores === 1 ? "1 core" : `${cores} cores`}, ${simd}`;
}

/** Starts wasm on this thread, or changes how many kernel threads it has, itself included; as many as there are cores at most. */
export function useNodeWasm(threads: number): Promise<Device> {
  return selectBackend({ forced: "wasm", ...nodeWasm(threads) });
}
