/** What an implementation of attention.ts computes. */
import type { Tensor3D, Tensor4D } from "@tensorflow/tfjs";

export interface AttentionInputs {
  /** [B, H, Tq, Dh] */
  readonly q: Tensor4D;
  /** [B, Hkv, Tk, Dh] */
  readonly k: Tensor4D;
  /** [B, Hkv, Tk, Dh] */
  readonly v: Tensor4D;
}

export interface AttentionOptions {
  /** Usually 1 / sqrt(Dh). */
  readonly scale: number;
  /** Added to the scaled scores, broadcastable to [B, H, Tq, Tk]; see attentionBias.ts. Never differentiated. */
  readonly bias: Tensor4D | null;
}

export interface Attended {
  /** [B, H, Tq, Dh] */
  readonly out: Tensor4D;
  /** log sum_j exp(score_ij), [B, H, Tq]: from it the gradient makes the softmax weights again. */
  readonly logTotals: Tensor3D;
}

export interface AttentionKernel {
  forward(inputs: AttentionInputs, options: AttentionOptions): Attended;
  /** Gradients of q, k and v. */
  backward(dy: Tensor4D, inputs: AttentionInputs, attended: Attended, options: AttentionOptions): [Tensor4D, Tensor4D, Tensor4D];
}
