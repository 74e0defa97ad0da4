/** Sums of squares of many tensors on WebGPU, several tensors a dispatch. */
import * as tf from "@tensorflow/tfjs";
import { compute, type Element } from "../ops/webgpu/compute.ts";
import { perRow } from "../ops/webgpu/wgsl.ts";

/** Together with the output as many buffers as every WebGPU device binds at once. */
const TENSORS_AT_ONCE = 7;

/** A scalar, the sum of squares of all elements. It belongs to the surrounding tidy. */
export function sumsOfSquaresOnWebgpu(tensors: readonly tf.Tensor[]): tf.Tensor[] {
  const sums = tf.zeros([tensors.length]);
  for (let first = 0; first < tensors.length; first += TENSORS_AT_ONCE) {
    writeSums(sums, first, tensors.slice(first, first + TENSORS_AT_ONCE));
  }
  return [tf.sum(sums)];
}

/** One workgroup per tensor; that of tensor t is number `first` + t of the sums. */
function writeSums(sums: tf.Tensor, first: number, tensors: readonly tf.Tensor[]): void {
  compute({
    key: `sums of squares of ${tensors.length}`,
    outputs: {},
    updates: { sums: [sums, "f32"] },
    inputs: Object.fromEntries(tensors.map((tensor, t) => [`x${t}`, [tensor, "f32"] satisfies [tf.Tensor, Element]])),
    sizes: { rows: tensors.length, first, ...Object.fromEntries(tensors.map(({ size }, t) => [`size${t}`, size])) },
    workgroups: [tensors.length, 1],
    source: () =>
      perRow(`
  var squares = 0.0;
  switch row {
    ${tensors.map((_, t) => `case ${t}u: { for (var j = lane; j < u.size${t}; j += LANES) { squares += x${t}[j] * x${t}[j]; } }`).join("\n")}
    default: {}
  }
  let sum = total(lane, squares);
  if (lane == 0u) { sums[u.first + row] = sum; }`),
  });
}
