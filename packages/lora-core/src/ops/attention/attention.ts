/**
 * Scaled dot-product attention with grouped keys (Vaswani et al. 2017, arXiv:1706.03762, eq. 1; Ainslie et al. 2023, 2305.13245):
 *   out = softmax(q k^T * scale + bias) v, every key head serving H / Hkv consecutive query heads.
 * Shapes: q [B, H, Tq, Dh], k and v [B, Hkv, Tk, Dh], bias broadcastable to [B, H, Tq, Tk], out [B, H, Tq, Dh].
 * The queries of one group are folded into rows, [B Hkv, (H / Hkv) Tq, Dh], so keys are never repeated and their gradients
 * need no sum over the group.
 */
import * as tf from "@tensorflow/tfjs";
import { batchedMatMul, swapped } from "../batchedMatMul/batchedMatMul.ts";
import { differentiable } from "../differentiable.ts";

export interface AttentionInputs {
  readonly q: tf.Tensor4D;
  readonly k: tf.Tensor4D;
  readonly v: tf.Tensor4D;
}

export interface AttentionOptions {
  /** Usually 1 / sqrt(Dh). */
  readonly scale: number;
  /** Added to the scaled scores; see attentionBias.ts. Never differentiated. */
  readonly bias: tf.Tensor4D | null;
}

/** @throws {RangeError} on shapes that do not fit. */
export function attention({ q, k, v }: AttentionInputs, { scale, bias }: AttentionOptions): tf.Tensor4D {
  assertShapes({ q, k, v });
  const [batch, heads, queries, width] = q.shape;
  const [, keyHeads, keys] = k.shape;
  const folded: [number, number, number] = [batch * keyHeads, (heads / keyHeads) * queries, width];
  const unfolded: [number, number, number] = [batch * keyHeads, keys, width];
  const scores: [number, number, number] = [folded[0], folded[1], keys];
  return differentiable(
    [q, k, v],
    () => {
      const products = batchedMatMul(q.reshape(folded), swapped(k.reshape(unfolded))).mul(scale);
      const perHead = products.reshape<tf.Tensor4D>([batch, heads, queries, keys]);
      const weights = tf.softmax(bias ? tf.add(perHead, bias) : perHead).reshape<tf.Tensor3D>(scores);
      const value = batchedMatMul(weights, v.reshape(unfolded)).reshape<tf.Tensor4D>(q.shape);
      return { value, saved: { q, k, v, weights } };
    },
    (dy, saved) => {
      const weights = saved.weights;
      const dOut = dy.reshape<tf.Tensor3D>(folded);
      const dValues = batchedMatMul(swapped(weights), dOut);
      const dWeights = batchedMatMul(dOut, swapped(saved.v.reshape(unfolded)));
      // Softmax backward: dS = P (dP - sum_k dP P), with the score scale taken in.
      const weighted = tf.mul<tf.Tensor3D>(dWeights, weights);
      const dScores = tf.sub(weighted, tf.mul(weights, weighted.sum(-1, true))).mul<tf.Tensor3D>(scale);
      const dQueries = batchedMatMul(dScores, saved.k.reshape(unfolded));
      const dKeys = batchedMatMul(swapped(dScores), saved.q.reshape(folded));
      return [dQueries.reshape(q.shape), dKeys.reshape(k.shape), dValues.reshape(k.shape)];
    },
  );
}

function assertShapes({ q, k, v }: AttentionInputs): void {
  const fits =
    q.shape[0] === k.shape[0] &&
    q.shape[1] % k.shape[1] === 0 &&
    q.shape[3] === k.shape[3] &&
    k.shape.every((extent, axis) => extent === v.shape[axis]);
  if (!fits) throw new RangeError(`attention: q [${q.shape}], k [${k.shape}] and v [${v.shape}] do not fit`);
}
