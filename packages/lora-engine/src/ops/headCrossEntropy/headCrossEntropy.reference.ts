/** Plain loops in float64: the oracle of headCrossEntropy.ts. Matrices row-major, targets [N] with -1 for not scored. */
import { crossEntropyForward, crossEntropyGradient } from "../maskedCrossEntropy/maskedCrossEntropy.reference.ts";
import { type Matrix, product, transposed } from "../testing/matrix.ts";

/** hidden [N, D], head [V, D] -> losses [N] */
export function headCrossEntropyForward(hidden: Matrix, head: Matrix, targets: readonly number[]): Float64Array {
  return crossEntropyForward(product(hidden, transposed(head)).data, targets);
}

/** dHidden = dLogits W, [N, D] */
export function headCrossEntropyGradient(
  hidden: Matrix,
  head: Matrix,
  targets: readonly number[],
  dy: Float64Array,
): Float64Array {
  const logits = product(hidden, transposed(head)).data;
  const dLogits = { rows: hidden.rows, cols: head.rows, data: crossEntropyGradient(logits, targets, dy) };
  return product(dLogits, head).data;
}
