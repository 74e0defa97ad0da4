/** The mean over the tokens of each row, of rows that lie one after the other: x [N, D] -> [B, D]. */
import type * as tf from "@tensorflow/tfjs";
import { differentiable } from "../differentiable.ts";
import { chooseKernel } from "../kernelChoice.ts";
import { type RowOffsets, tokensIn } from "../selfAttention/rowOffsets.ts";
import { composedRowMeans } from "./rowMeans.composed.ts";
import { wasmRowMeans } from "./rowMeans.wasm.ts";
import { webgpuRowMeans } from "./rowMeans.webgpu.ts";

/** @throws {RangeError} when x has other rows. */
export function rowMeans(x: tf.Tensor2D, offsets: RowOffsets): tf.Tensor2D {
  if (x.shape[0] !== tokensIn(offsets)) throw new RangeError(`rowMeans: x [${x.shape}] does not fit rows [${offsets}]`);
  const kernel = chooseKernel({ composed: composedRowMeans, wasm: wasmRowMeans, webgpu: webgpuRowMeans });
  return differentiable(
    [x],
    () => ({ value: kernel.forward(x, offsets), saved: {} }),
    (dy) => [kernel.backward(dy, offsets)],
  );
}
