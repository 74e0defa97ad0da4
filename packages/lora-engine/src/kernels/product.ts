/** Matrix products on wasm. */
import type { Tensor, Tensor1D, Tensor2D, Tensor3D } from "@tensorflow/tfjs";
import { matrixArguments, type PackedMatrix } from "./packedMatrix.ts";
import type { Work } from "./shares.ts";
import { emptyTensor, pointerOf } from "./wasmHeap.ts";
import { runKernel, runShared } from "./wasmKernels.ts";

/** `count` columns of a wider matrix, from column `first` on. */
export interface Columns {
  readonly of: Tensor2D;
  readonly first: number;
  readonly count: number;
}

export interface ProductTerm {
  /** [m, k] */
  readonly x: Tensor2D | Columns;
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
export function product(term: ProductTerm, options: ProductOptions = {}): Tensor2D {
  const n = term.weight.shape[term.turned ? 0 : 1];
  const out = emptyTensor<Tensor2D>([rowsIn(term.x), n]);
  productInto({ of: out, first: 0, count: n }, term, options);
  return out;
}

/** The same into columns of a matrix, or added to what they hold. */
export function productInto(
  out: Columns,
  { x, weight, turned }: ProductTerm,
  { update, bias, alpha = 1, more = false }: ProductOptions & { readonly more?: boolean } = {},
): void {
  const [m, n] = [rowsIn(x), out.count];
  const left = columnsOf(x);
  const k1 = update?.x.shape[1] ?? 0;
  const scratchBytes = runKernel("productScratchBytes", left.count, k1, n);
  const frozen = [...columnArguments(left), left.count, ...matrixArguments(weight)] as const;
  const added = [update?.x ?? null, k1, update?.weight ?? null] as const;
  const operands = [turned, ...frozen, ...added, bias ?? null, alpha, more] as const;
  const byColumns = n >= WIDE;
  const work: Work = byColumns
    ? { items: n, cost: m * (left.count + k1), step: COLUMN_STEP }
    : { items: m, cost: n * (left.count + k1), step: ROW_STEP };
  runShared("productPart", { ...work, scratchBytes }, (from, to) => [
    ...columnArguments(out),
    ...[m, n],
    ...(byColumns ? [0, m, from, to] : [from, to, 0, n]),
    ...operands,
  ]);
}

/** x^T y, x [m, R] and y [m, n]: [R, n], or [n, R] where turned. R is small. */
export function factorGradient(x: Tensor2D, y: Tensor2D | Columns, { turned }: { readonly turned: boolean }): Tensor2D {
  const [m, rank] = x.shape;
  const wide = columnsOf(y);
  const n = wide.count;
  const out = emptyTensor<Tensor2D>(turned ? [n, rank] : [rank, n]);
  const work = { items: n, cost: m * rank, step: COLUMN_STEP, scratchBytes: runKernel("factorGradientScratchBytes", rank, n) };
  runShared("factorGradient", work, (from, to) => [out, m, rank, n, from, to, turned, x, ...columnArguments(wide)]);
  return out;
}

/** The same of every row's tokens by themselves, rows [offsets[k], offsets[k + 1]) of x and y: [K, R, n], or [K, n, R] where turned. */
export function rowFactorGradients(
  x: Tensor2D,
  y: Tensor2D,
  offsets: readonly number[],
  { turned }: { readonly turned: boolean },
): Tensor3D {
  const [, rank] = x.shape;
  const [, n] = y.shape;
  const rows = offsets.length - 1;
  const out = emptyTensor<Tensor3D>(turned ? [rows, n, rank] : [rows, rank, n]);
  const scratchBytes = runKernel("factorGradientScratchBytes", rank, n);
  for (let row = 0; row < rows; row++) {
    const [start = 0, end = 0] = offsets.slice(row, row + 2);
    const work = { items: n, cost: (end - start) * rank, step: COLUMN_STEP, scratchBytes };
    const at = (tensor: Tensor, values: number) => pointerOf(tensor) + 4 * values;
    runShared("factorGradient", work, (from, to) => [
      ...[at(out, row * rank * n), end - start, rank, n, from, to, Number(turned)],
      ...[at(x, start * rank), at(y, start * n), n],
    ]);
  }
  return out;
}

function columnsOf(x: Tensor2D | Columns): Columns {
  return "of" in x ? x : { of: x, first: 0, count: x.shape[1] };
}

/** Where the first value is, and how many values the rows are apart. */
function columnArguments({ of, first }: Columns): readonly [pointer: number, width: number] {
  return [pointerOf(of) + 4 * first, of.shape[1]];
}

function rowsIn(x: Tensor2D | Columns): number {
  return columnsOf(x).of.shape[0];
}
