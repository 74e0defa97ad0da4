/** Matrix products on wasm. */
import type { Tensor1D, Tensor2D } from "@tensorflow/tfjs";
import { matrixArguments, type PackedMatrix } from "./packedMatrix.ts";
import { emptyTensor } from "./wasmHeap.ts";
import { runKernel, scratchOf } from "./wasmKernels.ts";

export interface ProductTerm {
  /** [m, k] */
  readonly x: Tensor2D;
  /** [n, k] where turned, else [k, n]. */
  readonly weight: Tensor2D | PackedMatrix;
  readonly turned: boolean;
}

export interface ProductOptions {
  /** A second product with a float32 weight in the same form, added to the first. */
  readonly update?: { readonly x: Tensor2D; readonly weight: Tensor2D };
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
  const scratch = scratchOf(runKernel("productScratchBytes", k0, k1, n));
  const frozen = [x, k0, ...matrixArguments(weight)] as const;
  const added = [update?.x ?? null, k1, update?.weight ?? null] as const;
  runKernel("product", out, m, n, turned, ...frozen, ...added, bias ?? null, alpha, false, scratch);
  return out;
}

/** x^T */
export function transposed(x: Tensor2D): Tensor2D {
  const [rows, columns] = x.shape;
  const out = emptyTensor<Tensor2D>([columns, rows]);
  runKernel("transpose", x, rows, columns, out);
  return out;
}
