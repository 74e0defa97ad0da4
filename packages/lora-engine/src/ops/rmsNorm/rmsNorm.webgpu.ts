/** rmsNorm.ts on WebGPU: one workgroup per row, one dispatch each way. */
import { compute } from "../webgpu/compute.ts";
import { dotOf, type Lanes, laneCount, lanesOf, perRow, rowGroups } from "../webgpu/wgsl.ts";
import type { RmsNormKernel } from "./rmsNormKernel.ts";

/** 1 / sqrt(mean(x^2) + eps) of the row, by all its threads. */
const INVERSE = (lanes: Lanes) => `
  let start = row * u.width;
  var squares = 0.0;
  for (var j = lane; j < u.width; j += LANES) { let v = x[start + j]; squares += ${dotOf(lanes, "v", "v")}; }
  let inverse = inverseSqrt(total(lane, squares) / u.elements + u.eps);`;

/** y of x, a workgroup per row. */
export const rmsNormBody = (lanes: Lanes): string => `${INVERSE(lanes)}
  for (var j = lane; j < u.width; j += LANES) { y[start + j] = x[start + j] * inverse * weight[j]; }`;

/** dx of dy and x, a workgroup per row, with `beside` in front of it: another addend and a plus, where there is one. */
export const rmsNormGradientBody = (lanes: Lanes, beside = ""): string => `${INVERSE(lanes)}
  var along = 0.0;
  for (var j = lane; j < u.width; j += LANES) { along += ${dotOf(lanes, "(weight[j] * dy[start + j])", "x[start + j]")}; }
  let pull = total(lane, along) * inverse * inverse / u.elements;
  for (var j = lane; j < u.width; j += LANES) { dx[start + j] = ${beside}inverse * (weight[j] * dy[start + j] - x[start + j] * pull); }`;

export const webgpuRmsNorm: RmsNormKernel = {
  forward(x, weight, eps) {
    const [rows, width] = x.shape;
    const lanes = lanesOf(width);
    const { y } = compute({
      key: `rmsNorm ${lanes}`,
      outputs: { y: [x.shape, lanes] },
      inputs: { x: [x, lanes], weight: [weight, lanes] },
      sizes: { rows, width: width / laneCount(lanes) },
      numbers: { eps, elements: width },
      workgroups: rowGroups(rows),
      source: () => perRow(rmsNormBody(lanes)),
    });
    return y.as2D(rows, width);
  },

  /** dx = r (w dy - x r^2 mean(w dy x)), r = 1 / sqrt(mean(x^2) + eps). */
  backward(dy, x, weight, eps) {
    const [rows, width] = x.shape;
    const lanes = lanesOf(width);
    const { dx } = compute({
      key: `rmsNorm gradient ${lanes}`,
      outputs: { dx: [x.shape, lanes] },
      inputs: { dy: [dy, lanes], x: [x, lanes], weight: [weight, lanes] },
      sizes: { rows, width: width / laneCount(lanes) },
      numbers: { eps, elements: width },
      workgroups: rowGroups(rows),
      source: () => perRow(rmsNormGradientBody(lanes)),
    });
    return dx.as2D(rows, width);
  },
};
