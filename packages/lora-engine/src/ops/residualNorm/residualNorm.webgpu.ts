/** residualNorm.ts on WebGPU: one dispatch each way, a workgroup per row. */
import type * as tf from "@tensorflow/tfjs";
import { layerNormBody, layerNormGradientBody } from "../layerNorm/layerNorm.webgpu.ts";
import { rmsNormBody, rmsNormGradientBody } from "../rmsNorm/rmsNorm.webgpu.ts";
import { compute, type Element } from "../webgpu/compute.ts";
import { type Lanes, laneCount, lanesOf, perRow, rowGroups } from "../webgpu/wgsl.ts";
import type { FrozenNorm, Residual } from "./residualNormKernel.ts";

/** The sum is `x` to the norm, which reads in every thread what the same thread wrote. */
export function webgpuResidualNorm(before: tf.Tensor2D, delta: tf.Tensor2D, norm: FrozenNorm): Residual {
  const { lanes, ...shape } = shapeOf(before, norm);
  const { x, y } = compute({
    key: `residual norm ${norm.bias ? "biased " : ""}${lanes}`,
    outputs: { x: [before.shape, lanes], y: [before.shape, lanes] },
    inputs: { before: [before, lanes], delta: [delta, lanes], weight: [norm.weight, lanes], ...biasOf(norm, lanes) },
    ...shape,
    source: () =>
      perRow(`
  for (var j = row * u.width + lane; j < (row + 1u) * u.width; j += LANES) { x[j] = before[j] + delta[j]; }
  ${norm.bias ? layerNormBody(lanes) : rmsNormBody(lanes)}`),
  });
  return { sum: x.as2D(...before.shape), normed: y.as2D(...before.shape) };
}

/** Of x and delta alike: what comes of the sum itself, and what comes of its norm. */
export function webgpuResidualNormGradient(dSum: tf.Tensor2D, dy: tf.Tensor2D, x: tf.Tensor2D, norm: FrozenNorm): tf.Tensor2D {
  const { lanes, ...shape } = shapeOf(x, norm);
  const { dx } = compute({
    key: `residual norm gradient ${norm.bias ? "biased " : ""}${lanes}`,
    outputs: { dx: [x.shape, lanes] },
    inputs: { dSum: [dSum, lanes], dy: [dy, lanes], x: [x, lanes], weight: [norm.weight, lanes] },
    ...shape,
    source: () => perRow((norm.bias ? layerNormGradientBody : rmsNormGradientBody)(lanes, "dSum[start + j] + ")),
  });
  return dx.as2D(...x.shape);
}

function biasOf({ bias }: FrozenNorm, lanes: Lanes): Record<string, readonly [tf.Tensor, Element]> {
  return bias ? { bias: [bias, lanes] } : {};
}

function shapeOf({ shape: [rows, width] }: tf.Tensor2D, { eps }: FrozenNorm) {
  const lanes = lanesOf(width);
  return {
    lanes,
    sizes: { rows, width: width / laneCount(lanes) },
    numbers: { eps, elements: width },
    workgroups: rowGroups(rows),
  };
}
