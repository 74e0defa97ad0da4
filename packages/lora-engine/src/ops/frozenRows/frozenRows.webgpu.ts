/** frozenRows.ts on WebGPU: a thread per number, or per four; a dispatch for each part of the matrix that a kernel can bind. */
import * as tf from "@tensorflow/tfjs";
import type { FrozenMatrix } from "../frozenMatrix/frozenMatrix.ts";
import { compute } from "../webgpu/compute.ts";
import { boundParts, type MatrixPart } from "../webgpu/matrixWindow.ts";
import { matrixInputs } from "../webgpu/product.ts";
import { readerOf, type TermShape } from "../webgpu/productShader.ts";
import { elementGroups, laneCount, lanesOf, perElement } from "../webgpu/wgsl.ts";

export function webgpuFrozenRows(matrix: FrozenMatrix, indices: ArrayLike<number>): tf.Tensor2D {
  const shape: [number, number] = [indices.length, matrix.shape[1]];
  const lanes = lanesOf(shape[1]);
  const wanted = tf.tensor1d(Int32Array.from(indices), "int32");
  const [whole, ...others] = boundParts(matrix);
  if (whole && others.length === 0) {
    return compute({ ...callOf(whole, wanted), outputs: { y: [shape, lanes] } }).y.as2D(...shape);
  }
  const y = tf.zeros<tf.Rank.R2>(shape);
  for (const part of boundParts(matrix)) compute({ ...callOf(part, wanted), outputs: {}, updates: { y: [y, lanes] } });
  return y;
}

/** Writes the rows of y that are of this part. */
function callOf({ matrix, from }: MatrixPart, indices: tf.Tensor1D) {
  const { shape, format } = matrix;
  const lanes = lanesOf(shape[1]);
  const width = shape[1] / laneCount(lanes);
  const count = indices.size * width;
  const { inputs, firstRow0 } = matrixInputs(matrix, lanes);
  const read: TermShape = { form: "nt", wide: lanes === "vec4f", masked: false, format, halved: false };
  return {
    key: `frozenRows ${format} ${lanes}`,
    inputs: { ...inputs, indices: [indices, "i32"] as const },
    sizes: { count, width, firstRow0, before: from, rows: shape[0] },
    workgroups: elementGroups(count),
    source: () =>
      readerOf(read, 0) +
      perElement(`
  let row = indices[i / u.width] - i32(u.before);
  if (row >= 0 && row < i32(u.rows)) { y[i] = read0(u32(row), i % u.width, u.width); }`),
  };
}
