/**
 * Rotary position embedding (Su et al. 2021, arXiv:2104.09864, eq. 34) in Hugging Face's layout, where element j of the first
 * half is paired with element j of the second:
 *   y = x * cos + [-x_2, x_1] * sin
 * Shapes: x [B, H, T, Dh], table cos and sin [T, Dh], y [B, H, T, Dh].
 */
import type * as tf from "@tensorflow/tfjs";
import { differentiable } from "../differentiable.ts";
import { chooseKernel } from "../kernelChoice.ts";
import { composedRotary } from "./rotary.composed.ts";
import { wasmRotary } from "./rotary.wasm.ts";
import { webgpuRotary } from "./rotary.webgpu.ts";
import type { RotaryTable } from "./rotaryTable.ts";

/** @throws {RangeError} when the table is not [T, Dh]. */
export function rotary(x: tf.Tensor4D, { cos, sin }: RotaryTable): tf.Tensor4D {
  if (cos.shape[0] !== x.shape[2] || cos.shape[1] !== x.shape[3]) {
    throw new RangeError(`rotary: x [${x.shape}] does not fit the table [${cos.shape}]`);
  }
  const kernel = chooseKernel({ composed: composedRotary, wasm: wasmRotary, webgpu: webgpuRotary });
  return differentiable(
    [x],
    () => ({ value: kernel.rotate(x, { cos, sin }, 1), saved: { cos, sin } }),
    // The inverse rotation.
    (dy, saved) => [kernel.rotate(dy, saved, -1)],
  );
}
