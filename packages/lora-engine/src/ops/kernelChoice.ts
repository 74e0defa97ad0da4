/** An op has one interface and up to three implementations of it; the current backend decides which one computes. */
import * as tf from "@tensorflow/tfjs";
import { hasWasmKernels } from "../kernels/wasmKernels.ts";

export interface KernelChoice<Kernel> {
  /** Of TF.js' own ops, for every backend. */
  readonly composed: Kernel;
  readonly wasm?: Kernel;
  readonly webgpu?: Kernel;
}

/** The implementation for the current backend. */
export function chooseKernel<Kernel>({ composed, wasm, webgpu }: KernelChoice<Kernel>): Kernel {
  switch (tf.getBackend()) {
    case "wasm":
      return wasm && hasWasmKernels() ? wasm : composed;
    case "webgpu":
      return webgpu ?? composed;
    default:
      return composed;
  }
}
