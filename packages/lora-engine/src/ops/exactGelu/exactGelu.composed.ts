/** exactGelu.ts of TF.js ops. */
import * as tf from "@tensorflow/tfjs";
import type { GeluKernel } from "../gelu/geluKernel.ts";
import { DENSITY, TAIL_STEP, TAIL_TERMS } from "./exactGeluKernel.ts";

export const composedExactGelu: GeluKernel = {
  forward: (x) => tf.mul(x, share(x, bell(x))),
  backward(dy, x) {
    // dy/dx = P(x) + x e^(-x^2 / 2) / sqrt(2 pi)
    const height = bell(x);
    return tf.mul(dy, tf.add(share(x, height), tf.mul(tf.mul(x, height), DENSITY)));
  },
};

/** e^(-x^2 / 2) */
const bell = (x: tf.Tensor2D): tf.Tensor2D => tf.exp(tf.mul(tf.square(x), -0.5));

/** P(x), of which the smaller side is computed and the other is what is left of 1. */
function share(x: tf.Tensor2D, height: tf.Tensor2D): tf.Tensor2D {
  const t: tf.Tensor2D = tf.reciprocal(tf.add(tf.mul(tf.abs(x), TAIL_STEP * Math.SQRT1_2), 1));
  const terms = TAIL_TERMS.reduceRight<tf.Tensor2D | null>((sum, term) => tf.mul(t, sum ? tf.add(sum, term) : term), null) ?? t;
  const tail: tf.Tensor2D = tf.mul(tf.mul(terms, height), 0.5);
  return tf.where(tf.greaterEqual(x, 0), tf.sub<tf.Tensor2D>(1, tail), tail);
}
