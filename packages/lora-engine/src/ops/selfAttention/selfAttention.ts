/**
 * Attention of each row of tokens among itself, over rows that lie one after the other without padding, with rotary positions
 * (Vaswani et al. 2017, arXiv:1706.03762, eq. 1; Ainslie et al. 2023, 2305.13245; Su et al. 2021, 2104.09864, eq. 34):
 *   out = softmax(rot(q) rot(k)^T * scale) v, every key head serving H / Hkv consecutive query heads.
 * Shapes: x [N, (H + 2 Hkv) Dh], the queries, then the keys, then the values, as one linear layer gives them; out [N, H Dh].
 */
import type * as tf from "@tensorflow/tfjs";
import { differentiable } from "../differentiable.ts";
import { chooseKernel } from "../kernelChoice.ts";
import { tokensIn } from "./rowOffsets.ts";
import { composedSelfAttention } from "./selfAttention.composed.ts";
import { wasmSelfAttention } from "./selfAttention.wasm.ts";
import { webgpuSelfAttention } from "./selfAttention.webgpu.ts";
import type { SelfAttentionKernel, SelfAttentionOptions } from "./selfAttentionKernel.ts";

/** @throws {RangeError} on shapes that do not fit. */
export function selfAttention(x: tf.Tensor2D, options: SelfAttentionOptions): tf.Tensor2D {
  assertShapes(x, options);
  return chooseKernel({
    composed: composedSelfAttention,
    wasm: fused(wasmSelfAttention),
    webgpu: fused(webgpuSelfAttention),
  })(x, options);
}

function fused(kernel: SelfAttentionKernel): typeof selfAttention {
  return (x, options) =>
    differentiable(
      [x],
      () => {
        const { out, logTotals, read = x } = kernel.forward(x, options);
        const table = options.table ? { cos: options.table.cos, sin: options.table.sin } : {};
        return { value: out, saved: { x: read, out, logTotals, ...table } };
      },
      (dy, saved: Saved) => {
        const table = saved.cos && saved.sin ? { cos: saved.cos, sin: saved.sin } : null;
        return [kernel.backward(dy, saved, { ...options, table })];
      },
    );
}

type Saved = Readonly<Record<"x" | "out" | "logTotals", tf.Tensor2D>> & Readonly<Partial<Record<"cos" | "sin", tf.Tensor2D>>>;

function assertShapes(x: tf.Tensor2D, { heads, keyHeads, headWidth, offsets, table }: SelfAttentionOptions): void {
  const longest = Math.max(...offsets.slice(1).map((end, row) => end - (offsets[row] ?? 0)));
  const fits =
    heads % keyHeads === 0 &&
    x.shape[0] === tokensIn(offsets) &&
    x.shape[1] === (heads + 2 * keyHeads) * headWidth &&
    (!table || (table.cos.shape[0] >= longest && table.cos.shape[1] === headWidth));
  if (!fits) {
    const wanted = `${heads} heads and ${keyHeads} key heads of ${headWidth}, rows [${offsets}], table [${table?.cos.shape}]`;
    throw new RangeError(`selfAttention: x [${x.shape}] does not fit ${wanted}`);
  }
}
