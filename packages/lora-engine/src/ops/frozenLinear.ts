/** A frozen linear layer. TF.js' own products are slow with a transposed operand, so for them it lies on the backend in both layouts. */
import type { HostTensor } from "@duet/lora-core/tensors/namedTensors";
import * as tf from "@tensorflow/tfjs";
import { hasWasmKernels } from "../kernels/wasmKernels.ts";
import {
  disposeFrozenMatrix,
  type FrozenMatrix,
  frozenMatrix,
  matrixOnBackend,
  plainMatrix,
  rowsOf,
  type WeightPrecision,
} from "./frozenMatrix/frozenMatrix.ts";

/** Owned by the model that made it. */
export interface FrozenLinear {
  /** W [out, in]: y = x W^T + bias. */
  readonly weight: FrozenMatrix;
  /** W^T, [in, out]; null where kernels read W both ways. */
  readonly turned: tf.Tensor2D | null;
  readonly bias: tf.Tensor1D | null;
}

export interface FrozenLinearOptions {
  readonly bias: tf.Tensor1D | null;
  /** [out, in] is PyTorch's Linear, [in, out] is Conv1D of GPT-2. */
  readonly stored: "out-in" | "in-out";
  readonly precision: WeightPrecision;
}

/** Takes over `bias`, and a copy of `weight` to the current backend. */
export function frozenLinear(weight: HostTensor, { bias, stored, precision }: FrozenLinearOptions): FrozenLinear {
  if (readsBothWays()) {
    return { weight: frozenMatrix(stored === "out-in" ? weight : transposed(weight), precision), turned: null, bias };
  }
  const asStored = matrixOnBackend(weight);
  const other: tf.Tensor2D = tf.transpose(asStored);
  const [plain, turned] = stored === "out-in" ? [asStored, other] : [other, asStored];
  return { weight: plainMatrix(plain), turned, bias };
}

/** Of a matrix, in host memory. */
function transposed({ shape: [rows = 0, columns = 0], data }: HostTensor): HostTensor {
  const turned = new Float32Array(data.length);
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) turned[j * rows + i] = data[i * columns + j] as number;
  return { shape: [columns, rows], data: turned };
}

/** A layer without a bias over a matrix [out, in] that someone else may read too. */
export function linearOver(weight: FrozenMatrix): FrozenLinear {
  return { weight, turned: readsBothWays() ? null : tf.transpose(weight.stored), bias: null };
}

/** The same over a float32 weight [out, in]. */
export function sharedLinear(weight: tf.Tensor2D): FrozenLinear {
  return linearOver(plainMatrix(weight));
}

/**
 * Outputs [from, from + count) of a layer without a bias, which stays the owner; copies belong to the surrounding tidy, and are made
 * only for TF.js' own products.
 */
export function linearRows({ weight, turned }: FrozenLinear, from: number, count: number): FrozenLinear {
  if (!turned) return { weight: rowsOf(weight, from, count), turned: null, bias: null };
  const rows = tf.slice(weight.stored, [from, 0], [count, -1]);
  return { weight: plainMatrix(rows), turned: tf.slice(turned, [0, from], [-1, count]), bias: null };
}

/** Frees the weight and the bias. */
export function disposeFrozenLinear({ weight, turned, bias }: FrozenLinear): void {
  turned?.dispose();
  disposeFrozenMatrix(weight);
  bias?.dispose();
}

/** Whether the current backend has kernels that need no turned copy of a weight. */
function readsBothWays(): boolean {
  const backend = tf.getBackend();
  return backend === "webgpu" || (backend === "wasm" && hasWasmKernels());
}
