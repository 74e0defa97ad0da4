/** Gradient clipping by the norm over all tensors together (Pascanu et al. 2013, arXiv:1211.5063, algorithm 1). */
import * as tf from "@tensorflow/tfjs";
import { runKernel } from "../kernels/wasmKernels.ts";
import { chooseKernel } from "../ops/kernelChoice.ts";
import { sumsOfSquaresOnWebgpu } from "./sumsOfSquares.webgpu.ts";

/**
 * min(1, maxNorm / (||g|| + 1e-6)), as torch.nn.utils.clip_grad_norm_: what to multiply every gradient by. Stays on the backend:
 * nothing is read back. The scalar belongs to the caller.
 */
export function clipFactor(gradients: readonly tf.Tensor[], maxNorm: number): tf.Scalar {
  return tf.tidy(() => tf.minimum<tf.Scalar>(1, tf.div(maxNorm, tf.add(globalNorm(gradients), 1e-6))));
}

/** The Euclidean norm over all tensors together. The scalar belongs to the caller. */
export function globalNorm(gradients: readonly tf.Tensor[]): tf.Scalar {
  return tf.tidy(() => {
    const squares = chooseKernel({ composed: sumsOfSquares, wasm: sumsOfSquaresOnWasm, webgpu: sumsOfSquaresOnWebgpu });
    return tf.sqrt<tf.Scalar>(tf.addN([...squares(gradients)]) as tf.Scalar);
  });
}

function sumsOfSquares(gradients: readonly tf.Tensor[]): readonly tf.Tensor[] {
  return gradients.map((gradient) => tf.tidy(() => tf.sum(tf.square(gradient))));
}

/** Their sum alone: on wasm a number costs no wait. */
function sumsOfSquaresOnWasm(gradients: readonly tf.Tensor[]): readonly tf.Tensor[] {
  return [tf.scalar(gradients.reduce((sum, gradient) => sum + runKernel("sumOfSquares", gradient, gradient.size), 0))];
}
