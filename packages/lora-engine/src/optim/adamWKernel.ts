/** What an implementation of one AdamW update computes. */
import * as tf from "@tensorflow/tfjs";

/** A parameter and its moments. */
export interface Moments<T extends tf.Tensor = tf.Tensor> {
  readonly value: T;
  readonly m: T;
  readonly v: T;
}

/** The numbers of one step. */
export interface Coefficients {
  /** Of the gradient. */
  readonly factor: tf.Scalar;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  /** What weight decay leaves of a parameter. */
  readonly keep: number;
  /** Learning rate over 1 - b1^t. */
  readonly rate: number;
  /** 1 / sqrt(1 - b2^t) */
  readonly spread: number;
}

/** Moves a parameter and its moments, none of which shares its values with another tensor. */
export type AdamWKernel = (now: Moments<tf.Variable>, gradient: tf.Tensor, coefficients: Coefficients) => void;

/** The next parameter and moments, which belong to the surrounding tidy. */
export type NextMoments = (now: Moments, gradient: tf.Tensor, coefficients: Coefficients) => Moments;

/** A kernel that makes new tensors and assigns them. */
export function assigning(nextOf: NextMoments): AdamWKernel {
  // A tidy each: the intermediates of all variables together would be many times the adapter.
  return (now, gradient, coefficients) =>
    tf.tidy(() => {
      const next = nextOf(now, gradient, coefficients);
      now.value.assign(next.value);
      now.m.assign(next.m);
      now.v.assign(next.v);
    });
}
