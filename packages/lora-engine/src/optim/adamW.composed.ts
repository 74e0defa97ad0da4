/** One AdamW update of TF.js ops. */
import * as tf from "@tensorflow/tfjs";
import { type NumbersOfStep, type Parameter, variableByVariable } from "./adamWByVariable.ts";

export const composedAdamW = variableByVariable((now, gradient, numbers) => {
  // A tidy each: the intermediates of all variables together would be many times the adapter.
  tf.tidy(() => {
    const next = nextOf(now, gradient, numbers);
    now.value.assign(next.value);
    now.m.assign(next.m);
    now.v.assign(next.v);
  });
});

function nextOf(
  { value, m, v }: Parameter,
  raw: tf.Tensor,
  at: NumbersOfStep,
): { readonly [name in keyof Parameter]: tf.Tensor } {
  const gradient = tf.mul(raw, at.factor);
  const first = tf.add(tf.mul(m, at.beta1), tf.mul(gradient, 1 - at.beta1));
  const second = tf.add(tf.mul(v, at.beta2), tf.mul(tf.square(gradient), 1 - at.beta2));
  const denominator = tf.add(tf.mul(tf.sqrt(second), at.spread), at.epsilon);
  const move = tf.mul(tf.div(first, denominator), at.rate);
  return { value: tf.sub(tf.mul(value, at.keep), move), m: first, v: second };
}
