/** The functions of packages/lora-core/kernels, compiled for what this runtime can do, over the memory of TF.js' wasm backend. */
import { plain, plainShared, relaxed, relaxedShared } from "./dist/binaries.ts";

/** What packages/lora-core/kernels/index.ts exports. */
export type KernelName =
  | "addRows"
  | "attention"
  | "attentionGradient"
  | "attentionScratchBytes"
  | "crossEntropy"
  | "crossEntropyGradient"
  | "gelu"
  | "geluGradient"
  | "layerNorm"
  | "layerNormGradient"
  | "product"
  | "productScratchBytes"
  | "rmsNorm"
  | "rmsNormGradient"
  | "rotate"
  | "swiglu"
  | "swigluGradient"
  | "takeRows"
  | "transpose";

/** Pointers are byte offsets, sizes are in elements, booleans 0 or 1; the sources say which argument is what. */
export type KernelFunctions = Readonly<Record<KernelName, (...args: readonly number[]) => number>>;

/** Null where the runtime has no SIMD. */
export async function instantiateKernels(memory: WebAssembly.Memory): Promise<KernelFunctions | null> {
  const shared = !(memory.buffer instanceof ArrayBuffer);
  const candidates = shared ? [relaxedShared, plainShared] : [relaxed, plain];
  const binary = candidates.map(bytesOf).find((bytes) => WebAssembly.validate(bytes));
  if (!binary) return null;
  const { instance } = await WebAssembly.instantiate(binary, { env: { memory } });
  // What was compiled from index.ts.
  return instance.exports as unknown as KernelFunctions;
}

function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}
