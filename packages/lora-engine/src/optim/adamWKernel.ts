/** What an implementation of AdamW's update computes: it keeps the moments of all variables and moves both. */

import type { HostTensor } from "@duet/lora-core/tensors/namedTensors";
import type { Scalar, Tensor, Variable } from "@tensorflow/tfjs";

/** The numbers of one step. */
export interface Coefficients {
  /** Of the gradients; null for 1. */
  readonly factor: Scalar | null;
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

/** m and v on the host, in the order of the variables and of their shapes. */
export interface HostMoments {
  readonly first: readonly HostTensor[];
  readonly second: readonly HostTensor[];
}

export interface Moments {
  /** Call inside tf.tidy. Moves the variables and the moments by one step. One gradient for every variable, in order; they stay the caller's. */
  update(gradients: readonly Tensor[], coefficients: Coefficients): void;
  read(): Promise<HostMoments>;
  write(moments: HostMoments): void;
  dispose(): void;
}

/** Moments of zero. The variables stay the caller's. */
export type AdamWKernel = (variables: readonly Variable[]) => Moments;
