/** Whether a backend that has just started computes what training needs: an adapted layer and its gradients, against float64 on the processor. */

import { random } from "@duet/lora-core/tensors/random";
import * as tf from "@tensorflow/tfjs";
import { disposeFrozenLinear, frozenLinear } from "../ops/frozenLinear.ts";
import { loraLinear } from "../ops/loraLinear/loraLinear.ts";

/** Rows, inputs, outputs and rank: more than a tile of any kernel, and no multiple of its size. */
const [N, IN, OUT, R] = [37, 68, 52, 6] as const;
const SCALE = 1.5;

/** Of the largest value of the same tensor. Products in float16 are within a hundredth; what is wrong is off by all of it. */
export const MOST_DIFFERENCE = 0.05;

/** The largest difference of the gradients of x, A and B, each as a share of that tensor's largest value. */
export async function gradientDifference(): Promise<number> {
  const draw = random(2106, "gradient check");
  const values = (count: number) => Float32Array.from({ length: count }, () => 2 * draw() - 1);
  const [x, w, a, b, dy] = [values(N * IN), values(OUT * IN), values(R * IN), values(OUT * R), values(N * OUT)];
  const expected = reference({ x, w, a, b, dy });
  const frozen = frozenLinear({ shape: [OUT, IN], data: w }, { bias: null, stored: "out-in", precision: "exact" });
  const results = tf.tidy(() => {
    const gradients = tf.grads((...[inputs, down, up]: tf.Tensor[]) => {
      const factors = { a: (down as tf.Tensor).as2D(R, IN), b: (up as tf.Tensor).as2D(OUT, R) };
      return loraLinear((inputs as tf.Tensor).as2D(N, IN), frozen, { factors, scale: SCALE, dropout: null });
    });
    return gradients([tf.tensor2d(x, [N, IN]), tf.tensor2d(a, [R, IN]), tf.tensor2d(b, [OUT, R])], tf.tensor2d(dy, [N, OUT]));
  });
  try {
    const found = await Promise.all(results.map((tensor) => tensor.data()));
    return Math.max(...found.map((values, index) => difference(values, expected[index] as Float64Array)));
  } finally {
    tf.dispose(results);
    disposeFrozenLinear(frozen);
  }
}

/** Not a number is as different as can be. */
function difference(found: ArrayLike<number>, expected: Float64Array): number {
  const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const furthest = expected.reduce((most, value, i) => {
    const apart = Math.abs(value - (found[i] ?? Number.NaN));
    return Number.isNaN(apart) ? Number.POSITIVE_INFINITY : Math.max(most, apart);
  }, 0);
  return furthest / largest;
}

interface Problem {
  readonly x: Float32Array;
  readonly w: Float32Array;
  readonly a: Float32Array;
  readonly b: Float32Array;
  readonly dy: Float32Array;
}

/** Of x, A and B: dx = dy W + s (dy B) A; dA = s (dy B)^T x; dB = s dy^T (x A^T). */
function reference({ x, w, a, b, dy }: Problem): readonly [Float64Array, Float64Array, Float64Array] {
  const hidden = product(x, a, { rows: N, inner: IN, columns: R, right: "turned" });
  const dHidden = product(dy, b, { rows: N, inner: OUT, columns: R, right: "plain" });
  const dx = product(dy, w, { rows: N, inner: OUT, columns: IN, right: "plain" });
  const through = product(dHidden, a, { rows: N, inner: R, columns: IN, right: "plain" });
  return [
    dx.map((value, i) => value + SCALE * (through[i] ?? 0)),
    product(turned(dHidden, N, R), x, { rows: R, inner: N, columns: IN, right: "plain" }).map((value) => SCALE * value),
    product(turned(dy, N, OUT), hidden, { rows: OUT, inner: N, columns: R, right: "plain" }).map((value) => SCALE * value),
  ];
}

type Values = Float32Array | Float64Array;

interface Sizes {
  readonly rows: number;
  readonly inner: number;
  readonly columns: number;
  /** [inner, columns] is plain, [columns, inner] turned. */
  readonly right: "plain" | "turned";
}

function product(left: Values, right: Values, { rows, inner, columns, right: lies }: Sizes): Float64Array {
  const made = new Float64Array(rows * columns);
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < columns; j++)
      for (let k = 0; k < inner; k++)
        made[i * columns + j] =
          (made[i * columns + j] as number) +
          (left[i * inner + k] as number) * (right[lies === "plain" ? k * columns + j : j * inner + k] as number);
  return made;
}

function turned(values: Values, rows: number, columns: number): Float64Array {
  return Float64Array.from(values, (_, at) => values[(at % rows) * columns + Math.floor(at / rows)] as number);
}
