/** Why a device computes as it does. */
import type { Saying } from "../sayings/saying.ts";

/** Where the sizes of a GPU's tiles are from. */
export type TileOrigin = "measured" | "kept" | "usual";

const ORIGINS: Readonly<Record<TileOrigin, string>> = {
  measured: "as measured just now",
  kept: "as measured before",
  usual: "as usual, for want of a measurement in time",
};

export const DEVICE_SENTENCES = {
  forced: () => "It was asked for.",
  gpu: (name: string) => `There is a WebGPU adapter (${name}).`,
  softwareGpu: (name: string) => `The only WebGPU adapter is a software one (${name}).`,
  gpuFailed: (name: string) => `The WebGPU adapter (${name}) did not start.`,
  noGpu: () => "There is no WebGPU adapter.",
  wasmFailed: () => "WebAssembly did not start.",
  threads: (threads: number) => `WebAssembly with ${threads} threads.`,
  oneThread: () => "WebAssembly with one thread.",
  notIsolated: () => "WebAssembly with one thread, because this page is not cross-origin isolated.",
  memoryUnshared: () => "WebAssembly with one thread, because this browser shares no memory among threads.",
  threadsFailed: () => "WebAssembly with one thread, because the others did not start.",
  subgroups: (bits: number) => `Subgroups, products in float${bits}.`,
  noSubgroups: (bits: number) => `No subgroups, products in float${bits}.`,
  gradientsAgree: (inMillion: number) => `Gradients agree to ${inMillion} in a million.`,
  otherGradients: (gpu: string) => `Gradients of the GPU (${gpu}) are not those of the processor.`,
  tiles: (small: number, large: number, origin: TileOrigin) => `Tiles of ${small} and ${large} rows, ${ORIGINS[origin]}.`,
} as const;

export type DeviceSaying = Saying<typeof DEVICE_SENTENCES>;
