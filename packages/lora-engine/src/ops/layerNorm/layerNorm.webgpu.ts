/** layerNorm.ts on WebGPU: one workgroup per row, one dispatch each way. */
import { compute } from "../webgpu/compute.ts";
import { dotOf, type Lanes, laneCount, lanesOf, perRow, rowGroups, sumOf } from "../webgpu/wgsl.ts";
import type { LayerNormKernel } from "./layerNormKernel.ts";

/** Mean and 1 / sqrt(var + eps) of the row, by all its threads. */
const MOMENTS = (lanes: Lanes) => `
  let start = row * u.width;
  var sums = 0.0;
  for (var j = lane; j < u.width; j += LANES) { sums += ${sumOf(lanes, "x[start + j]")}; }
  let mean = total(lane, sums) / u.elements;
  var squares = 0.0;
  for (var j = lane; j < u.width; j += LANES) { let v = x[start + j] - mean; squares += ${dotOf(lanes, "v", "v")}; }
  let inverse = inverseSqrt(total(lane, squares) / u.elements + u.eps);`;

/** y of x, a workgroup per row. */
export const layerNormBody = (lanes: Lanes): string => `${MOMENTS(lanes)}
  for (var j = lane; j < u.width; j += LANES) { y[start + j] = (x[start + j] - mean) * inverse * weight[j] + bias[j]; }`;

/** dx of dy and x, a workgroup per row, with `beside` in front of it: another addend and a plus, where there is one. */
export const layerNormGradientBody = (lanes: Lanes, beside = ""): string => `${MOMENTS(lanes)}
  var level = 0.0;
  var along = 0.0;
  for (var j = lane; j < u.width; j += LANES) {
    let dn = weight[j] * dy[start + j];
    level += ${sumOf(lanes, "dn")};
    along += ${dotOf(lanes, "dn", "(x[start + j] - mean)")};
  }
  let meanDn = total(lane, level) / u.elements;
  let pull = total(lane, along) * inverse * inverse / u.elements;
  for (var j = lane; j < u.width; j += LANES) {
    dx[start + j] = ${beside}inverse * (weight[j] * dy[start + j] - meanDn - (x[start + j] - mean) * pull);
  }`;

export const webgpuLayerNorm: LayerNormKernel = {
  forward(x, { weight, bias }, eps) {
    const [rows, width] = x.shape;
    const lanes = lanesOf(width);
    const { y } = compute({
      key: `layerNorm ${lanes}`,
      outputs: { y: [x.shape, lanes] },
      inputs: { x: [x, lanes], weight: [weight, lanes], bias: [bias, lanes] },
      sizes: { rows, width: width / laneCount(lanes) },
      numbers: { eps, elements: width },
      workgroups: rowGroups(rows),
      source: () => perRow(layerNormBody(lanes)),
    });
    return y.as2D(rows, width);
  },

  /** With n the normed x and dn = w dy: dx = (dn - mean(dn) - n mean(dn n)) / sqrt(var + eps). */
  backward(dy, x, weight, eps) {
    const [rows, width] = x.shape;
    const lanes = lanesOf(width);
    const { dx } = compute({
      key: `layerNorm gradient ${lanes}`,
      outputs: { dx: [x.shape, lanes] },
      inputs: { dy: [dy, lanes], x: [x, lanes], weight: [weight, lanes] },
      sizes: { rows, width: width / laneCount(lanes) },
      numbers: { eps, elements: width },
      workgroups: rowGroups(rows),
      source: () => perRow(layerNormGradientBody(lanes)),
    });
    return dx.as2D(rows, width);
  },
};
