/** attention.ts on wasm: scores exist for a block of queries only, and are computed again for the gradient. */
import type { Tensor3D, Tensor4D } from "@tensorflow/tfjs";
import { emptyTensor } from "../../kernels/wasmHeap.ts";
import { runKernel, runShared } from "../../kernels/wasmKernels.ts";
import type { AttentionInputs, AttentionKernel, AttentionOptions } from "./attentionKernel.ts";

/** Products each way, and multiply-adds that take as long as the softmax of a score. */
const FORWARD = 2;
const BACKWARD = 5;
const SOFTMAX = 30;

export const wasmAttention: AttentionKernel = {
  forward(inputs, options) {
    const { q, k, v } = inputs;
    const [batch, heads, queries] = q.shape;
    const out = emptyTensor<Tensor4D>(q.shape);
    const logTotals = emptyTensor<Tensor3D>([batch, heads, queries]);
    const settings = [...sizesOf(inputs), ...scoring(options)] as const;
    runShared("attention", workOf(inputs, FORWARD), (from, to) => [q, k, v, from, to, ...settings, out, logTotals]);
    return { out, logTotals };
  },
  backward(dy, inputs, { out, logTotals }, options) {
    const { q, k, v } = inputs;
    const [dq, dk, dv] = [q, k, v].map(({ shape }) => emptyTensor<Tensor4D>(shape));
    if (!dq || !dk || !dv) throw new RangeError("unreachable: three gradients");
    const forward = [q, k, v, out, logTotals] as const;
    const settings = [...sizesOf(inputs), ...scoring(options)] as const;
    const work = workOf(inputs, BACKWARD);
    runShared("attentionGradient", work, (from, to) => [dy, ...forward, from, to, ...settings, dq, dk, dv]);
    return [dq, dk, dv];
  },
};

function sizesOf({ q, k }: AttentionInputs): readonly number[] {
  const [, heads, queries, width] = q.shape;
  const [, keyHeads, keys] = k.shape;
  return [heads, keyHeads, queries, keys, width];
}

/** Scale, bias, and the bytes between its values along each axis: 0 where it has extent 1. */
function scoring({ scale, bias }: AttentionOptions): readonly (Tensor4D | number | null)[] {
  if (!bias) return [scale, null, 0, 0, 0, 0];
  const [rows, heads, queries, keys] = bias.shape;
  const step = (extent: number, values: number) => (extent === 1 ? 0 : 4 * values);
  return [scale, bias, step(rows, heads * queries * keys), step(heads, queries * keys), step(queries, keys), step(keys, 1)];
}

/** Shares are key heads with the queries of their group. `products` are those of the size of the scores, beside their softmax. */
function workOf({ q, k }: AttentionInputs, products: number) {
  const [batch, heads, queries, width] = q.shape;
  const [, keyHeads, keys] = k.shape;
  const cost = (heads / keyHeads) * queries * keys * (products * width + SOFTMAX);
  return { items: batch * keyHeads, cost, scratchBytes: runKernel("attentionScratchBytes", keys, width) };
}
