/** Additive attention masks: 0 where a query may look, a large negative number where it may not. */
import * as tf from "@tensorflow/tfjs";

/** Large enough to vanish in float32's softmax, small enough never to overflow when scores are added. */
export const MASKED = -1e9;

/**
 * [1, 1, T, T]: position i looks at positions 0..i. With padding on the right no key mask is needed beside it, because real
 * positions never look at later ones. The caller owns the tensor.
 */
export function causalBias(length: number): tf.Tensor4D {
  const values = new Float32Array(length * length);
  for (let i = 0; i < length; i++) values.fill(MASKED, i * length + i + 1, (i + 1) * length);
  return tf.tensor4d(values, [1, 1, length, length]);
}

/** [B, 1, 1, T]: keys at or after a row's length are hidden from everyone. The caller owns the tensor. */
export function paddingBias(lengths: readonly number[], length: number): tf.Tensor4D {
  const values = new Float32Array(lengths.length * length);
  lengths.forEach((own, row) => {
    values.fill(MASKED, row * length + own, (row + 1) * length);
  });
  return tf.tensor4d(values, [lengths.length, 1, 1, length]);
}
