/** Plain loops in float64: the oracle of loraLinear.ts. All matrices row-major. */
import { elementwise, type Matrix, product, transposed } from "../testing/matrix.ts";

export interface LoraLinearCase {
  /** [N, in] */
  readonly x: Matrix;
  /** [out, in] */
  readonly w: Matrix;
  /** [out] */
  readonly bias: Float64Array;
  /** [R, in] */
  readonly a: Matrix;
  /** [out, R] */
  readonly b: Matrix;
  readonly scale: number;
  /** Dropout factors of A's input, [N, in]. */
  readonly mask: Float64Array;
}

/** y = x W^T + bias + scale * (x o mask) A^T B^T */
export function loraLinearForward({ x, w, bias, a, b, scale, mask }: LoraLinearCase): Float64Array {
  const base = product(x, transposed(w));
  const update = product(product(elementwise(x, mask), transposed(a)), transposed(b));
  return base.data.map((value, i) => value + bias[i % bias.length]! + scale * update.data[i]!);
}

/** dx = dy W + scale * (dy B A) o mask;  dA = scale * (dy B)^T (x o mask);  dB = scale * dy^T (x o mask) A^T. */
export function loraLinearGradients(
  { x, w, a, b, scale, mask }: LoraLinearCase,
  dyValues: Float64Array,
): [Float64Array, Float64Array, Float64Array] {
  const dy: Matrix = { rows: x.rows, cols: w.rows, data: dyValues };
  const input = elementwise(x, mask);
  const dHidden = product(dy, b);
  const dInput = product(dHidden, a);
  return [
    product(dy, w).data.map((value, i) => value + scale * dInput.data[i]! * mask[i]!),
    product(transposed(dHidden), input).data.map((value) => scale * value),
    product(transposed(dy), product(input, transposed(a))).data.map((value) => scale * value),
  ];
}
