/** What an implementation of one AdamW update computes. */
import type { Scalar, Tensor } from "@tensorflow/tfjs";

/** A parameter and its moments. */
export interface Moments {
  readonly value: Tensor;
  readonly m: Tensor;
  readonly v: Tensor;
}

/** The numbers of one step. */
export interface Coefficients {
  /** Of the gradient. */
  readonly factor: Scalar;
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

/** The next parameter and moments, which belong to the surrounding tidy. */
export type AdamWKernel = (now: Moments, gradient: Tensor, coefficients: Coefficients) => Moments;
