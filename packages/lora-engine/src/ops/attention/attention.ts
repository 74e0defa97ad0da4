/**
 * Scaled dot-product attention with grouped keys (Vaswani et al. 2017, arXiv:1706.03762, eq. 1; Ainslie et al. 2023, 2305.13245):
 *   out = softmax(q k^T * scale + bias) v, every key head serving H / Hkv consecutive query heads.
 * Shapes: q [B, H, Tq, Dh], k and v [B, Hkv, Tk, Dh], bias broadcastable to [B, H, Tq, Tk], out [B, H, Tq, Dh].
 */
import type * as tf from "@tensorflow/tfjs";
import { differentiable } from "../differentiable.ts";
import { chooseKernel } from "../kernelChoice.ts";
import { composedAttention } from "./attention.composed.ts";
import { wasmAttention } from "./attention.wasm.ts";
import { webgpuAttention } from "./attention.webgpu.ts";
import type { AttentionInputs, AttentionOptions } from "./attentionKernel.ts";

/** @throws {RangeError} on shapes that do not fit. */
export function attention(inputs: AttentionInputs, options: AttentionOptions): tf.Tensor4D {
  assertShapes(inputs);
  const { q, k, v } = inputs;
  const kernel = chooseKernel({ composed: composedAttention, wasm: wasmAttention, webgpu: webgpuAttention });
  return differentiable(
    [q, k, v],
    () => {
      const { out, logTotals } = kernel.forward(inputs, options);
      const bias: { bias?: tf.Tensor4D } = options.bias ? { bias: options.bias } : {};
      return { value: out, saved: { q, k, v, out, logTotals, ...bias } };
    },
    (dy, saved) => kernel.backward(dy, saved, saved, { ...options, bias: saved.bias ?? null }),
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
