/** One AdamW update of TF.js ops. */
import * as tf from "@tensorflow/tfjs";
import type { NextMoments } from "./adamWKernel.ts";

export const composedAdamW: NextMoments = ({ value, m, v }, raw, at) => {
  const gradient = tf.mul(raw, at.factor);
  const first = tf.add(tf.mul(m, at.beta1), tf.mul(gradient, 1 - at.beta1));
  const second = tf.add(tf.mul(v, at.beta2), tf.mul(tf.square(gradient), 1 - at.beta2));
  const denominator = tf.add(tf.mul(tf.sqrt(second), at.spread), at.epsilon);
  const move = tf.mul(tf.div(first, denominator), at.rate);
  return { value: tf.sub(tf.mul(value, at.keep), move), m: first, v: second };
};
