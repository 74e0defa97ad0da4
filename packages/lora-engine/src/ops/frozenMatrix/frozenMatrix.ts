/** A frozen matrix on the backend, once, row by row: as float32, or packed for kernels that expand it while they multiply. */

import type { HostTensor } from "@duet/lora-core/tensors/namedTensors";
import * as tf from "@tensorflow/tfjs";
import { hasWasmKernels } from "../../kernels/wasmKernels.ts";
import { joinHalves } from "./joinHalves.ts";
import { packInt4, packInt8 } from "./packBlocks.ts";
import { packBfloats, packHalves } from "./packHalves.ts";

/**
 * How much of a frozen weight is kept: `exact` takes the 16 bits that the file has, or float16 or bfloat16 where all values are the very
 * same numbers there, else float32; the others are as in packBlocks.ts and lose accuracy. Where the backend has no kernel for packed
 * weights it is float32 all the same.
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

/** A copy of `weight` [out, in] on the current backend. It is packed before it is copied, so float32 never lies there meanwhile. */
export function frozenMatrix(weight: HostTensor, precision: WeightPrecision): FrozenMatrix {
  const packed = readsPacked(weight) ? pack(weight, precision) : null;
  return packed ?? plainMatrix(matrixOnBackend(weight));
}

/** As float32. */
export function matrixOnBackend(weight: HostTensor): tf.Tensor2D {
  return tf.tensor2d(weight.data, matrixShape(weight));
}

/** Whether the current backend has kernels for packed matrices of this shape. */
function readsPacked({ shape }: HostTensor): boolean {
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

/** Null where nothing but float32 is exact. */
function pack(weight: HostTensor, precision: WeightPrecision): FrozenMatrix | null {
  const shape = matrixShape(weight);
  const [rows, width] = shape;
  const { format, words, scales } =
    precision === "exact"
      ? packExactly(weight, width)
      : { format: precision, ...(precision === "int8" ? packInt8(weight.data, width) : packInt4(weight.data, width)) };
  if (!words) return null;
  return {
    shape,
    format,
    stored: tf.tensor2d(words, [rows, words.length / rows], "int32"),
    scales: scales && tf.tensor2d(scales, [rows, scales.length / rows]),
    firstRow: 0,
  };
}

function packExactly(weight: HostTensor, width: number) {
  const { halves } = weight;
  const joined = halves ? joinHalves(halves, width) : null;
  if (halves && joined) return { format: halves.format === "F16" ? "f16" : "bf16", words: joined, scales: null } as const;
  const { data } = weight;
  const float16 = packHalves(data, width);
  if (float16) return { format: "f16", words: float16, scales: null } as const;
  return { format: "bf16", words: packBfloats(data, width), scales: null } as const;
}

/** @throws {RangeError} when it is no matrix. */
function matrixShape({ shape }: HostTensor): [number, number] {
  const [rows, width] = shape;
  if (rows === undefined || width === undefined || shape.length > 2) throw new RangeError(`[${shape}] is no matrix`);
  return [rows, width];
}
