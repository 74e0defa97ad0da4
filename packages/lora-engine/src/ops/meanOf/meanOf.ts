/** The mean of losses, [N] -> []. Its gradient is one product, where TF.js' own takes three kernels. */
import * as tf from "@tensorflow/tfjs";
import { differentiable } from "../differentiable.ts";

export function meanOf(x: tf.Tensor1D): tf.Scalar {
  const [count] = x.shape;
  return differentiable(
    [x],
    () => ({ value: tf.mean<tf.Scalar>(x), saved: {} }),
    (dy) => [tf.mul(dy, tf.tensor1d(new Float32Array(count).fill(1 / count)))],
  );
}
