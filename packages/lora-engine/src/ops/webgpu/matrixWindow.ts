/**
 * Frozen matrices of more bytes than a shader may bind (`maxStorageBufferBindingSize`, 128 MiB on many devices): kernels bind the rows
 * that they read, and what reads more rows than fit does so in parts. The buffer itself may be as large as `maxBufferSize`.
 */
import type * as tf from "@tensorflow/tfjs";
import { type FrozenMatrix, rowsOf } from "../frozenMatrix/frozenMatrix.ts";
import { webgpuBackend } from "./webgpuBackend.ts";

/** Bytes of a buffer. */
export interface Span {
  readonly offset: number;
  readonly size: number;
}

/** What a kernel binds of a matrix; null spans for all of it. */
export interface MatrixWindow {
  readonly stored: Span | null;
  readonly scales: Span | null;
  /** Of what is bound, the row that is row 0 of the matrix. */
  readonly firstRow: number;
}

/** Every device binds from multiples of this on. */
const ALIGNMENT = 256;

const limits = new WeakMap<GPUDevice, number>();

/** Takes a device for one that binds no more than this. */
export function limitBindings(device: GPUDevice, bytes: number): void {
  limits.set(device, bytes);
}

function mostBytes(): number {
  const { device } = webgpuBackend();
  return limits.get(device) ?? device.limits.maxStorageBufferBindingSize;
}

const bytesOf = ({ size }: tf.Tensor): number => 4 * size;
const rowBytes = ({ shape }: tf.Tensor2D): number => 4 * shape[1];

/** @throws {RangeError} when its rows are more than the device binds; {@link boundParts} has some that are not. */
export function windowOf({ shape: [rows], stored, scales, firstRow }: FrozenMatrix): MatrixWindow {
  if (bytesOf(stored) <= mostBytes()) return { stored: null, scales: null, firstRow };
  const step = rowsBetweenStarts(stored, scales);
  const start = Math.floor(firstRow / step) * step;
  const span = (of: tf.Tensor2D): Span => ({ offset: start * rowBytes(of), size: (firstRow - start + rows) * rowBytes(of) });
  const found = { stored: span(stored), scales: scales && span(scales), firstRow: firstRow - start };
  if (found.stored.size > mostBytes())
    throw new RangeError(`A kernel cannot bind ${rows} rows of a matrix [${stored.shape}] here`);
  return found;
}

/** Rows from one place to the next where a binding may start. */
function rowsBetweenStarts(stored: tf.Tensor2D, scales: tf.Tensor2D | null): number {
  const between = (of: tf.Tensor2D): number => {
    let step = 1;
    while ((step * rowBytes(of)) % ALIGNMENT !== 0) step *= 2;
    return step;
  };
  return Math.max(between(stored), scales ? between(scales) : 1);
}

export interface MatrixPart {
  readonly matrix: FrozenMatrix;
  /** Its first row in the whole one. */
  readonly from: number;
}

/** The matrix in parts that can be bound, in order; the one that it is where that can be. Parts have a multiple of four rows but the last. */
export function boundParts(matrix: FrozenMatrix): readonly MatrixPart[] {
  const { shape, stored, scales } = matrix;
  if (bytesOf(stored) <= mostBytes()) return [{ matrix, from: 0 }];
  const spare = rowsBetweenStarts(stored, scales);
  const count = Math.floor((mostBytes() / rowBytes(stored) - spare) / 4) * 4;
  if (count < 4) throw new RangeError(`A row of a matrix [${stored.shape}] is more than a kernel binds here`);
  return Array.from({ length: Math.ceil(shape[0] / count) }, (_, part) => {
    const from = part * count;
    return { matrix: rowsOf(matrix, from, Math.min(count, shape[0] - from)), from };
  });
}

/** Whether matrices of so many bytes can be bound as one. */
export function isBindable(bytes: number): boolean {
  return bytes <= mostBytes();
}
