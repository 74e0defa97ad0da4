/**
 * Rotary position embedding (Su et al. 2021, arXiv:2104.09864, eq. 34) in Hugging Face's layout, where element j of the first
 * half is paired with element j of the second:
 *   y = x * cos + [-x_2, x_1] * sin
 * Shapes: x [B, H, T, Dh], table cos and sin [T, Dh], y [B, H, T, Dh].
 */
import * as tf from "@tensorflow/tfjs";
import { differentiable } from "../differentiable.ts";
import type { RotaryTable } from "./rotaryTable.ts";

/** @throws {RangeError} when the table is not [T, Dh]. */
export function rotary(x: tf.Tensor4D, { cos, sin }: RotaryTable): tf.Tensor4D {
  if (cos.shape[0] !== x.shape[2] || cos.shape[1] !== x.shape[3]) {
    throw new RangeError(`rotary: x [${x.shape}] does not fit the table [${cos.shape}]`);
  }
  return differentiable(
    [x],
    () => ({ value: tf.add<tf.Tensor4D>(tf.mul(x, cos), tf.mul(quarterTurn(x), sin)), saved: { cos, sin } }),
    // The inverse rotation: sin has the same values in both halves, so only its sign changes.
    (dy, saved) => [tf.sub(tf.mul(dy, saved.cos), tf.mul(quarterTurn(dy), saved.sin))],
  );
}

/** [x_1, x_2] -> [-x_2, x_1] along the last axis. */
function quarterTurn(x: tf.Tensor4D): tf.Tensor4D {
  const [first, second] = tf.split<tf.Tensor4D>(x, 2, 3);
  return first && second ? tf.concat([tf.neg(second), first], 3) : x;
}
