/** Matrix products on wasm. */
import type { Tensor1D, Tensor2D } from "@tensorflow/tfjs";
import { emptyTensor, pointerOf } from "./wasmHeap.ts";
import { scratchOf, wasmKernels } from "./wasmKernels.ts";

export interface ProductTerm {
  /** [m, k] */
  readonly x: Tensor2D;
  /** [n, k] where turned, else [k, n]. */
  readonly weight: Tensor2D;
  readonly turned: boolean;
}

export interface ProductOptions {
  /** A second product with a float32 weight in the same form, added to the first. */
  readonly update?: Omit<ProductTerm, "turned">;
  /** [n] */
  readonly bias?: Tensor1D | null;
  /** Factor of the products, not of the bias. */
  readonly alpha?: number;
}

/** alpha (x op(W) + update) + bias, [m, n]; op(W) = W^T where turned. */
export function product({ x, weight, turned }: ProductTerm, { update, bias, alpha = 1 }: ProductOptions = {}): Tensor2D {
  const [m, k0] = x.shape;
  const n = weight.shape[turned ? 0 : 1];
  const k1 = update?.x.shape[1] ?? 0;
  const out = emptyTensor<Tensor2D>([m, n]);
  const kernels = wasmKernels();
  const scratch = scratchOf(kernels.productScratchBytes(k0, k1, n));
  const term0 = { x0: pointerOf(x), k0, w0: pointerOf(weight), scales: 0, precision: 0 };
  const term1 = { x1: update ? pointerOf(update.x) : 0, k1, w1: update ? pointerOf(update.weight) : 0 };
  const { x0, w0, scales, precision } = term0;
  const { x1, w1 } = term1;
  const added = bias ? pointerOf(bias) : 0;
  kernels.product(pointerOf(out), m, n, turned ? 1 : 0, x0, k0, w0, scales, precision, x1, k1, w1, added, alpha, scratch);
  return out;
}
