/** selfAttention.ts on wasm: queries, keys and values are read where the linear layer left them; hidden scores are not computed. */
import * as tf from "@tensorflow/tfjs";
import { emptyTensor } from "../../kernels/wasmHeap.ts";
import { runKernel, runShared } from "../../kernels/wasmKernels.ts";
import { rowLengths } from "./rowOffsets.ts";
import type { SelfAttentionKernel, SelfAttentionOptions } from "./selfAttentionKernel.ts";

/** Products each way, and multiply-adds that take as long as the softmax of a score. */
const FORWARD = 2;
const BACKWARD = 5;
const SOFTMAX = 30;

export const wasmSelfAttention: SelfAttentionKernel = {
  forward(x, options) {
    const [tokens] = x.shape;
    const out = emptyTensor<tf.Tensor2D>([tokens, options.heads * options.headWidth]);
    const logTotals = emptyTensor<tf.Tensor2D>([tokens, options.heads]);
    const offsets = tf.tensor1d([...options.offsets], "int32");
    const settings = settingsOf(options);
    runShared("selfAttention", workOf(options, FORWARD), (from, to) => [x, offsets, from, to, ...settings, out, logTotals]);
    offsets.dispose();
    return { out, logTotals };
  },
  backward(dy, { x, out, logTotals }, options) {
    const dx = emptyTensor<tf.Tensor2D>(x.shape);
    const offsets = tf.tensor1d([...options.offsets], "int32");
    const settings = settingsOf(options);
    const before = [dy, x, out, logTotals, offsets] as const;
    runShared("selfAttentionGradient", workOf(options, BACKWARD), (from, to) => [...before, from, to, ...settings, dx]);
    offsets.dispose();
    return dx;
  },
};

function settingsOf({ heads, keyHeads, headWidth, scale, causal, table, offsets }: SelfAttentionOptions) {
  const sizes = [heads, keyHeads, headWidth, scale, causal] as const;
  return [...sizes, table?.cos ?? null, table?.sin ?? null, Math.max(...rowLengths(offsets))] as const;
}

/** Shares are key heads of rows with the queries of their group. `products` are those of the size of the scores, beside their softmax. */
function workOf({ heads, keyHeads, headWidth, causal, offsets }: SelfAttentionOptions, products: number) {
  const lengths = rowLengths(offsets);
  const scores = lengths.reduce((sum, length) => sum + length * length, 0) * (causal ? 0.5 : 1) * heads;
  const items = lengths.length * keyHeads;
  const cost = (scores / items) * (products * headWidth + SOFTMAX);
  return { items, cost, scratchBytes: runKernel("selfAttentionScratchBytes", Math.max(...lengths), headWidth) };
}
