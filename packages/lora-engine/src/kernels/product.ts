/** Matrix products on wasm. */
import type { Tensor1D, Tensor2D } from "@tensorflow/tfjs";
import { matrixArguments, type PackedMatrix } from "./packedMatrix.ts";
import type { Work } from "./shares.ts";
import { emptyTensor } from "./wasmHeap.ts";
import { runKernel, runShared } from "./wasmKernels.ts";

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

/** From so many columns on, shares are columns: none packs what another one does. The columns of a product with factors are few. */
const WIDE = 64;
/** Packed formats have a scale for so many values. */
const COLUMN_STEP = 32;
/** Whole tiles, of six rows or of five. */
const ROW_STEP = 30;

/** alpha (x op(W) + update) + bias, [m, n]; op(W) = W^T where turned. */
export function product({ x, weight, turned }: ProductTerm, { update, bias, alpha = 1 }: ProductOptions = {}): Tensor2D {
  const [m, k0] = x.shape;
  const n = weight.shape[turned ? 0 : 1];
  const k1 = update?.x.shape[1] ?? 0;
  const out = emptyTensor<Tensor2D>([m, n]);
  const scratchBytes = runKernel("productScratchBytes", k0, k1, n);
  const frozen = [x, k0, ...matrixArguments(weight)] as const;
  const added = [update?.x ?? null, k1, update?.weight ?? null] as const;
  const operands = [turned, ...frozen, ...added, bias ?? null, alpha, false] as const;
  const byColumns = n >= WIDE;
  const work: Work = byColumns
    ? { items: n, cost: m * (k0 + k1), step: COLUMN_STEP }
    : { items: m, cost: n * (k0 + k1), step: ROW_STEP };
  runShared("productPart", { ...work, scratchBytes }, (from, to) => [
    ...[out, m, n],
    ...(byColumns ? [0, m, from, to] : [from, to, 0, n]),
    ...operands,
  ]);
  return out;
}

/** x^T */
export function transposed(x: Tensor2D): Tensor2D {
  const [rows, columns] = x.shape;
  const out = emptyTensor<Tensor2D>([columns, rows]);
  runKernel("transpose", x, rows, columns, out);
  return out;
}
