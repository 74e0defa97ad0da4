/** Norms of gradients of single rows, and sums of them with a weight each. */
import * as tf from "@tensorflow/tfjs";
import { factorGradient } from "../kernels/product.ts";
import { pointerOf } from "../kernels/wasmHeap.ts";
import { runKernel } from "../kernels/wasmKernels.ts";
import { chooseKernel } from "../ops/kernelChoice.ts";

/** Of K rows, over all of their tensors [K, ...] together: [K]. Call inside tf.tidy. */
export function rowNorms(gradients: readonly tf.Tensor3D[]): tf.Tensor1D {
  const squares = chooseKernel({ composed: composedSquares, wasm: wasmSquares, webgpu: composedSquares });
  // Two at a time: TF.js' addN of more tensors than a WebGPU device binds at once gives whatever was in memory.
  return tf.sqrt(gradients.map(squares).reduce((sum, more) => tf.add(sum, more)));
}

/** sum_k weights[k] gradient[k], of the shape of one row. Call inside tf.tidy. */
export function weightedSum(gradient: tf.Tensor3D, weights: readonly number[]): tf.Tensor2D {
  const [rows, ...shape] = gradient.shape;
  const flat = gradient.reshape<tf.Tensor2D>([rows, shape[0] * shape[1]]);
  const column = tf.tensor2d([...weights], [rows, 1]);
  const sum = chooseKernel({ composed: composedSum, wasm: wasmSum, webgpu: composedSum });
  return sum(column, flat).reshape(shape);
}

const composedSquares = (gradient: tf.Tensor3D): tf.Tensor1D => tf.sum(tf.square(gradient), [1, 2]);
const composedSum = (weights: tf.Tensor2D, rows: tf.Tensor2D): tf.Tensor2D => tf.matMul(weights, rows, true, false);

function wasmSquares(gradient: tf.Tensor3D): tf.Tensor1D {
  const [rows, height, width] = gradient.shape;
  const size = height * width;
  const start = pointerOf(gradient);
  return tf.tensor1d(Array.from({ length: rows }, (_, row) => runKernel("sumOfSquares", start + 4 * row * size, size)));
}

const wasmSum = (weights: tf.Tensor2D, rows: tf.Tensor2D): tf.Tensor2D => factorGradient(weights, rows, { turned: false });
