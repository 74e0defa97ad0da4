/** Frozen matrices as kernels/precision.ts (AssemblyScript) reads them. */
import type { Tensor2D } from "@tensorflow/tfjs";
import { pointerOf } from "./wasmHeap.ts";

/** ops/frozenMatrix says what is what. */
export interface PackedMatrix {
  readonly shape: readonly [number, number];
  readonly format: "f32" | "f16" | "int8" | "int4" | "bf16";
  readonly stored: Tensor2D;
  readonly scales: Tensor2D | null;
  readonly firstRow: number;
}

/** The numbers of the formats there. */
const FORMATS = { f32: 0, f16: 1, int8: 2, int4: 3, bf16: 4 } as const;

/** A matrix as three arguments of a kernel: its data, its scales, its format. */
export function matrixArguments(matrix: Tensor2D | PackedMatrix): readonly [data: number, scales: number, format: number] {
  if (!("stored" in matrix)) return [pointerOf(matrix), 0, FORMATS.f32];
  const { stored, scales, format, firstRow } = matrix;
  const from = (rows: Tensor2D) => pointerOf(rows) + 4 * firstRow * rows.shape[1];
  return [from(stored), scales ? from(scales) : 0, FORMATS[format]];
}
