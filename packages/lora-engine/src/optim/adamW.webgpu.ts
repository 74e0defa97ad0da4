/** One AdamW update of a tensor on WebGPU: a single dispatch. */
import { compute } from "../ops/webgpu/compute.ts";
import { elementGroups, laneCount, lanesOf, perElement } from "../ops/webgpu/wgsl.ts";
import type { NextMoments } from "./adamWKernel.ts";

export const webgpuAdamW: NextMoments = ({ value, m, v }, gradient, { factor, ...numbers }) => {
  const lanes = lanesOf(value.size);
  const count = value.size / laneCount(lanes);
  const next = compute({
    key: `adamW ${lanes}`,
    outputs: { nextValue: [value.shape, lanes], nextM: [value.shape, lanes], nextV: [value.shape, lanes] },
    inputs: { value: [value, lanes], m: [m, lanes], v: [v, lanes], gradient: [gradient, lanes], factor: [factor, "f32"] },
    sizes: { count },
    numbers: { ...numbers },
    workgroups: elementGroups(count),
    source: () =>
      perElement(`
  let g = factor[0] * gradient[i];
  let first = u.beta1 * m[i] + (1.0 - u.beta1) * g;
  let second = u.beta2 * v[i] + (1.0 - u.beta2) * g * g;
  nextM[i] = first;
  nextV[i] = second;
  nextValue[i] = u.keep * value[i] - u.rate * first / (u.spread * sqrt(second) + u.epsilon);`),
  });
  return { value: next.nextValue, m: next.nextM, v: next.nextV };
};
