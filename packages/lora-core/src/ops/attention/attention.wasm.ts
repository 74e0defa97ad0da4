/** attention.ts on wasm: scores exist for a block of queries only, and are computed again for the gradient. */
import type { Tensor3D, Tensor4D } from "@tensorflow/tfjs";
import { emptyTensor } from "../../kernels/wasmHeap.ts";
import { runKernel, scratchOf } from "../../kernels/wasmKernels.ts";
import type { AttentionInputs, AttentionKernel, AttentionOptions } from "./attentionKernel.ts";

export const wasmAttention: AttentionKernel = {
  forward(inputs, options) {
    const { q, k, v } = inputs;
    const [batch, heads, queries] = q.shape;
    const out = emptyTensor<Tensor4D>(q.shape);
    const logTotals = emptyTensor<Tensor3D>([batch, heads, queries]);
    runKernel("attention", q, k, v, ...sizesOf(inputs), ...scoring(options), out, logTotals, scratchFor(k));
    return { out, logTotals };
  },
  backward(dy, inputs, { out, logTotals }, options) {
    const { q, k, v } = inputs;
    const [dq, dk, dv] = [q, k, v].map(({ shape }) => emptyTensor<Tensor4D>(shape));
    if (!dq || !dk || !dv) throw new RangeError("unreachable: three gradients");
    const forward = [q, k, v, out, logTotals] as const;
    runKernel("attentionGradient", dy, ...forward, ...sizesOf(inputs), ...scoring(options), dq, dk, dv, scratchFor(k));
    return [dq, dk, dv];
  },
};

function sizesOf({ q, k }: AttentionInputs): readonly number[] {
  const [batch, heads, queries, width] = q.shape;
  const [, keyHeads, keys] = k.shape;
  return [batch, heads, keyHeads, queries, keys, width];
}

/** Scale, bias, and the bytes between its values along each axis: 0 where it has extent 1. */
function scoring({ scale, bias }: AttentionOptions): readonly (Tensor4D | number | null)[] {
  if (!bias) return [scale, null, 0, 0, 0, 0];
  const [rows, heads, queries, keys] = bias.shape;
  const step = (extent: number, values: number) => (extent === 1 ? 0 : 4 * values);
  return [scale, bias, step(rows, heads * queries * keys), step(heads, queries * keys), step(queries, keys), step(keys, 1)];
}

function scratchFor({ shape: [, , keys, width] }: Tensor4D): number {
  return scratchOf(runKernel("attentionScratchBytes", keys, width));
}
