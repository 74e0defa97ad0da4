/** A frozen matrix on the backend, once, row by row: as float32, or packed for kernels that expand it while they multiply. */
import * as tf from "@tensorflow/tfjs";
import { hasWasmKernels } from "../../kernels/wasmKernels.ts";
import { packInt4, packInt8 } from "./packBlocks.ts";
import { packBfloats, packHalves } from "./packHalves.ts";

/**
 * How much of a frozen weight is kept: `exact` takes float16 or bfloat16 where all values are the very same numbers there, else
 * float32; the others are as in packBlocks.ts and lose accuracy. Where the backend has no kernel for packed weights it is float32 all the same.
 */
export type WeightPrecision = "exact" | "int8" | "int4";

/** Owned by the layer that made it. */
export interface FrozenMatrix {
  /** [out, in] */
  readonly shape: [number, number];
  readonly format: "f32" | "f16" | "bf16" | "int8" | "int4";
  /** Rows of `in` float32 numbers, or of int32 words. */
  readonly stored: tf.Tensor2D;
  /** Rows of ceil(in / 32). */
  readonly scales: tf.Tensor2D | null;
  /** The row of `stored` that is row 0: `out` rows from there on are this matrix. */
  readonly firstRow: number;
}

/** Takes over `weight` [out, in]. */
export function frozenMatrix(weight: tf.Tensor2D, precision: WeightPrecision): FrozenMatrix {
  const packed = readsPacked(weight) ? pack(weight, precision) : null;
  if (!packed) return plainMatrix(weight);
  weight.dispose();
  return packed;
}

/** Whether the current backend has kernels for packed matrices of this shape. */
function readsPacked({ shape }: tf.Tensor2D): boolean {
  // Those in WGSL take four values of four rows at a time.
  if (tf.getBackend() === "webgpu") return shape.every((extent) => extent % 4 === 0);
  return tf.getBackend() === "wasm" && hasWasmKernels();
}

/** As float32, whatever its values; `weight` [out, in] stays what it is. */
export function plainMatrix(weight: tf.Tensor2D): FrozenMatrix {
  return { shape: weight.shape, format: "f32", stored: weight, scales: null, firstRow: 0 };
}

/** Rows [from, from + count) of a matrix, which stays their owner. */
export function rowsOf(matrix: FrozenMatrix, from: number, count: number): FrozenMatrix {
  return { ...matrix, shape: [count, matrix.shape[1]], firstRow: matrix.firstRow + from };
}

export function disposeFrozenMatrix({ stored, scales }: FrozenMatrix): void {
  stored.dispose();
  scales?.dispose();
}

function pack(weight: tf.Tensor2D, precision: WeightPrecision): FrozenMatrix | null {
  const { shape } = weight;
  const [rows, width] = shape;
  const values = Float32Array.from(weight.dataSync());
  if (precision === "exact") {
    const halves = packHalves(values, width);
    const words = halves ?? packBfloats(values, width);
    if (!words) return null;
    return {
      shape,
      format: halves ? "f16" : "bf16",
      stored: tf.tensor2d(words, [rows, words.length / rows], "int32"),
      scales: null,
      firstRow: 0,
    };
  }
  const { words, scales } = precision === "int8" ? packInt8(values, width) : packInt4(values, width);
  return {
    shape,
    format: precision,
    stored: tf.tensor2d(words, [rows, words.length / rows], "int32"),
    scales: tf.tensor2d(scales, [rows, scales.length / rows]),
    firstRow: 0,
  };
}
