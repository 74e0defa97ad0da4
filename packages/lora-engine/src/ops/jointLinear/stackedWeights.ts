/** Weights of layers that read the same input, one behind the other in one matrix, so that a kernel of one dispatch reads all of them. */
import * as tf from "@tensorflow/tfjs";
import type { FrozenLinear } from "../frozenLinear.ts";
import { isBindable } from "../webgpu/matrixWindow.ts";
import { stackedRows } from "../webgpu/stackedRows.ts";

/**
 * The same layers with views of one matrix on WebGPU, where they are kept alike; else as they are. Takes over the weights: the matrix
 * belongs to all of these layers together, and is freed with the first of them.
 */
export function stackedWeights(linears: readonly FrozenLinear[]): readonly FrozenLinear[] {
  const [first, ...others] = linears;
  const bytes = linears.reduce((sum, { weight: { stored } }) => sum + Uint32Array.BYTES_PER_ELEMENT * stored.size, 0);
  const alike = (one: FrozenLinear, other: FrozenLinear) =>
    one.weight.format === other.weight.format && one.weight.shape[1] === other.weight.shape[1];
  if (tf.getBackend() !== "webgpu" || !first || others.length === 0) return linears;
  if (!others.every((other) => alike(first, other)) || !isBindable(bytes)) return linears;
  const scales = linears.flatMap(({ weight }) => weight.scales ?? []);
  const [firstScales, ...otherScales] = scales;
  const whole = {
    stored: stackedRows([first.weight.stored, ...others.map(({ weight }) => weight.stored)]),
    scales: firstScales ? stackedRows([firstScales, ...otherScales]) : null,
  };
  tf.dispose([...scales, ...linears.map(({ weight }) => weight.stored)]);
  let firstRow = 0;
  return linears.map((linear) => {
    const weight = { ...linear.weight, ...whole, firstRow };
    firstRow += weight.shape[0];
    return { ...linear, weight };
  });
}
