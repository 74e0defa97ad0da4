/** Sums of squares of many tensors on WebGPU, several tensors a dispatch. */
import * as tf from "@tensorflow/tfjs";
import { compute, type Element } from "../ops/webgpu/compute.ts";
import { perRow } from "../ops/webgpu/wgsl.ts";

/** Together with the output as many buffers as every WebGPU device binds at once. */
const TENSORS_AT_ONCE = 7;

/** Scalars whose sum is the sum of squares of all elements. They belong to the surrounding tidy. */
export function sumsOfSquaresOnWebgpu(tensors: readonly tf.Tensor[]): tf.Tensor[] {
  const groups = Array.from({ length: Math.ceil(tensors.length / TENSORS_AT_ONCE) }, (_, i) =>
    tensors.slice(i * TENSORS_AT_ONCE, (i + 1) * TENSORS_AT_ONCE),
  );
  return groups.map((group) => tf.sum(sumsOfGroup(group)));
}

/** One workgroup per tensor. */
function sumsOfGroup(tensors: readonly tf.Tensor[]): tf.Tensor {
  const { sums } = compute({
    key: `sums of squares of ${tensors.length}`,
    outputs: { sums: [[tensors.length], "f32"] },
    inputs: Object.fromEntries(tensors.map((tensor, t) => [`x${t}`, [tensor, "f32"] satisfies [tf.Tensor, Element]])),
    sizes: { rows: tensors.length, ...Object.fromEntries(tensors.map(({ size }, t) => [`size${t}`, size])) },
    workgroups: [tensors.length, 1],
    source: () =>
      perRow(`
  var squares = 0.0;
  switch row {
    ${tensors.map((_, t) => `case ${t}u: { for (var j = lane; j < u.size${t}; j += LANES) { squares += x${t}[j] * x${t}[j]; } }`).join("\n")}
    default: {}
  }
  let sum = total(lane, squares);
  if (lane == 0u) { sums[row] = sum; }`),
  });
  return sums;
}
