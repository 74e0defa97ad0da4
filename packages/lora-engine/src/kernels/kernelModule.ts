/** The functions of packages/lora-engine/kernels, compiled for what this runtime can do, over the memory of TF.js' wasm backend. */
import { plain, plainShared, relaxed, relaxedShared } from "./dist/binaries.ts";

/** What packages/lora-engine/kernels/index.ts exports. */
export type KernelName =
  | "adamW"
  | "addRows"
  | "attention"
  | "attentionGradient"
  | "attentionScratchBytes"
  | "crossEntropy"
  | "crossEntropyGradient"
  | "exactGelu"
  | "exactGeluGradient"
  | "factorGradient"
  | "factorGradientScratchBytes"
  | "gelu"
  | "geluGradient"
  | "layerNorm"
  | "layerNormGradient"
  | "productPart"
  | "productScratchBytes"
  | "rmsNorm"
  | "rmsNormGradient"
  | "rotate"
  | "rowMeans"
  | "rowMeansGradient"
  | "selfAttention"
  | "selfAttentionGradient"
  | "selfAttentionScratchBytes"
  | "sumOfSquares"
  | "swiglu"
  | "swigluGradient"
  | "takeRows";

/** Pointers are byte offsets, sizes are in elements, booleans 0 or 1; the sources say which argument is what. */
export type KernelFunctions = Readonly<Record<KernelName, (...args: readonly number[]) => number>>;

/** The build for this runtime and this memory. Null where the runtime has no SIMD. */
export async function compileKernels(memory: WebAssembly.Memory): Promise<WebAssembly.Module | null> {
  const candidates = isShared(memory) ? [relaxedShared, plainShared] : [relaxed, plain];
  const binary = candidates.map(bytesOf).find((bytes) => WebAssembly.validate(bytes));
  return binary ? WebAssembly.compile(binary) : null;
}

/** Whether kernels multiply and add in one instruction here. */
export function hasRelaxedSimd(): boolean {
  return WebAssembly.validate(bytesOf(relaxed));
}

/** One instance per thread: they own nothing, so that many can work in one memory. */
export function instanceOf(module: WebAssembly.Module, memory: WebAssembly.Memory): KernelFunctions {
  const instance = new WebAssembly.Instance(module, { env: { memory } });
  // What was compiled from index.ts.
  return instance.exports as unknown as KernelFunctions;
}

/** Whether workers can have it too. */
export function isShared(memory: WebAssembly.Memory): boolean {
  return !(memory.buffer instanceof ArrayBuffer);
}

function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}
