/**
 * attention.ts of TF.js ops. The queries of one group are folded into rows, [B Hkv, (H / Hkv) Tq, Dh], so keys are never repeated and
 * their gradients need no sum over the group.
 */
import * as tf from "@tensorflow/tfjs";
import type { AttentionInputs, AttentionKernel, AttentionOptions } from "./attentionKernel.ts";

export const composedAttention: AttentionKernel = {
  forward(inputs, options) {
    const { q, v } = inputs;
    const { folded, unfolded } = foldings(inputs);
    const scores = scoresOf(inputs, options);
    const highest = scores.max<tf.Tensor4D>(-1, true);
    const exponentials = tf.exp(tf.sub(scores, highest));
    const totals = exponentials.sum<tf.Tensor4D>(-1, true);
    const weights = tf.div<tf.Tensor4D>(exponentials, totals).reshape<tf.Tensor3D>([folded[0], folded[1], -1]);
    const out = tf.matMul(weights, v.reshape<tf.Tensor3D>(unfolded)).reshape<tf.Tensor4D>(q.shape);
    return { out, logTotals: tf.add(tf.log(totals), highest).reshape(q.shape.slice(0, 3)) };
  },
  backward(dy, inputs, { out, logTotals }, options) {
    const { q, k, v } = inputs;
    const { folded, unfolded } = foldings(inputs);
    const perQuery: [number, number, number] = [folded[0], folded[1], 1];
    const scores = scoresOf(inputs, options).reshape<tf.Tensor3D>([folded[0], folded[1], -1]);
    const weights = tf.exp(tf.sub<tf.Tensor3D>(scores, logTotals.reshape(perQuery)));
    const dOut = dy.reshape<tf.Tensor3D>(folded);
    const dValues = tf.matMul(weights, dOut, true);
    const dWeights = tf.matMul(dOut, v.reshape<tf.Tensor3D>(unfolded), false, true);
    // Softmax backward: dS = P (dP - sum_k dP P), with the score scale taken in; the sum is that of dy over out.
    const along = tf.mul(dy, out).sum(-1).reshape(perQuery);
    const dScores = tf.mul(weights, tf.sub(dWeights, along)).mul<tf.Tensor3D>(options.scale);
    const dQueries = tf.matMul(dScores, k.reshape<tf.Tensor3D>(unfolded));
    const dKeys = tf.matMul(dScores, q.reshape<tf.Tensor3D>(folded), true);
    return [dQueries.reshape(q.shape), dKeys.reshape(k.shape), dValues.reshape(k.shape)];
  },
};

/** Shapes of the queries of a group as rows, and of the keys. */
function foldings({ q, k }: AttentionInputs): { folded: [number, number, number]; unfolded: [number, number, number] } {
  const [batch, heads, queries, width] = q.shape;
  const [, keyHeads, keys] = k.shape;
  return { folded: [batch * keyHeads, (heads / keyHeads) * queries, width], unfolded: [batch * keyHeads, keys, width] };
}

/** [B, H, Tq, Tk] */
function scoresOf(inputs: AttentionInputs, { scale, bias }: AttentionOptions): tf.Tensor4D {
  const { q, k } = inputs;
  const { folded, unfolded } = foldings(inputs);
  const [batch, heads, queries] = q.shape;
  const products = tf.matMul(q.reshape<tf.Tensor3D>(folded), k.reshape<tf.Tensor3D>(unfolded), false, true).mul(scale);
  const perHead = products.reshape<tf.Tensor4D>([batch, heads, queries, unfolded[1]]);
  return bias ? tf.add(perHead, bias) : perHead;
}
