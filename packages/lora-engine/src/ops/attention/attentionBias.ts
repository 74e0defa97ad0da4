/** Additive attention masks: 0 where a query may look, a large negative number where it may not. */
import * as tf from "@tensorflow/tfjs";

/** Large enough to vanish in float32's softmax, small enough never to overflow when scores are added. */
export const MASKED = -1e9;

/**
 * [1, 1, T, start + T]: query i stands at position start + i and looks at positions up to its own. With padding on the right no
 * key mask is needed beside it, because real positions never look at later ones. The caller owns the tensor.
 */
export function causalBias(length: number, start = 0): tf.Tensor4D {
  const keys = start + length;
  const values = new Float32Array(length * keys);
  for (let i = 0; i < length; i++) values.fill(MASKED, i * keys + start + i + 1, (i + 1) * keys);
  return tf.tensor4d(values, [1, 1, length, keys]);
}

/** [B, 1, 1, T]: keys at or after a row's length are hidden from everyone. The caller owns the tensor. */
export function paddingBias(lengths: readonly number[], length: number): tf.Tensor4D {
  const values = new Float32Array(lengths.length * length);
  lengths.forEach((own, row) => {
    values.fill(MASKED, row * length + own, (row + 1) * length);
  });
  return tf.tensor4d(values, [lengths.length, 1, 1, length]);
}
