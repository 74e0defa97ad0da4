/** rotary.ts of TF.js ops. */
import * as tf from "@tensorflow/tfjs";
import type { RotaryKernel } from "./rotaryKernel.ts";

export const composedRotary: RotaryKernel = {
  rotate(x, { cos, sin }, direction) {
    const kept = tf.mul(x, cos);
    const turned = tf.mul<tf.Tensor4D>(quarterTurn(x), sin);
    return direction === 1 ? tf.add(kept, turned) : tf.sub(kept, turned);
  },
};

/** [x_1, x_2] -> [-x_2, x_1] along the last axis. */
function quarterTurn(x: tf.Tensor4D): tf.Tensor4D {
  const [first, second] = tf.split<tf.Tensor4D>(x, 2, 3);
  return first && second ? tf.concat([tf.neg(second), first], 3) : x;
}
