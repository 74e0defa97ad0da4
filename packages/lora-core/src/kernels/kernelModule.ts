/** The functions of packages/lora-core/kernels, compiled for what this runtime can do, over the memory of TF.js' wasm backend. */
import { plain, plainShared, relaxed, relaxedShared } from "./dist/binaries.ts";

/** As packages/lora-core/kernels/index.ts exports them; pointers are byte offsets, sizes are in elements, booleans 0 or 1. */
export interface KernelFunctions {
  productScratchBytes(k0: number, k1: number, n: number): number;
  product(
    c: number,
    m: number,
    n: number,
    turned: number,
    x0: number,
    k0: number,
    w0: number,
    scales: number,
    precision: number,
    x1: number,
    k1: number,
    w1: number,
    bias: number,
    alpha: number,
    scratch: number,
  ): void;
}

/** Null where the runtime has no SIMD. */
export async function instantiateKernels(memory: WebAssembly.Memory): Promise<KernelFunctions | null> {
  const shared = !(memory.buffer instanceof ArrayBuffer);
  const binary = (shared ? [relaxedShared, plainShared] : [relaxed, plain])
    .map(bytesOf)
    .find((bytes) => WebAssembly.validate(bytes));
  if (!binary) return null;
  const { instance } = await WebAssembly.instantiate(binary, { env: { memory } });
  // What was compiled from index.ts.
  return instance.exports as unknown as KernelFunctions;
}

function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}
