/** rotary.ts on WebGPU: one thread per pair of elements. */
import { compute } from "../webgpu/compute.ts";
import { elementGroups, laneCount, lanesOf, perElement } from "../webgpu/wgsl.ts";
import type { RotaryKernel } from "./rotaryKernel.ts";

export const webgpuRotary: RotaryKernel = {
  /** Turns every pair of x [B, H, T, Dh] by its angle, times `direction`: 1 forward, -1 for the gradient. */
  rotate(x, { cos, sin }, direction) {
    const [, , length, width] = x.shape;
    const lanes = lanesOf(width / 2);
    const half = width / 2 / laneCount(lanes);
    const count = x.size / 2 / laneCount(lanes);
    const { y } = compute({
      key: `rotary ${lanes}`,
      outputs: { y: [x.shape, lanes] },
      inputs: { x: [x, lanes], cosines: [cos, lanes], sines: [sin, lanes] },
      sizes: { count, half, length },
      numbers: { direction },
      workgroups: elementGroups(count),
      source: () =>
        perElement(`
    let row = i / u.half;
    let j = i % u.half;
    let first = row * 2u * u.half + j;
    let second = first + u.half;
    let angle = (row % u.length) * 2u * u.half + j; // both halves of the table are the same
    let c = cosines[angle];
    let s = u.direction * sines[angle];
    y[first] = x[first] * c - x[second] * s;
    y[second] = x[second] * c + x[first] * s;`),
    });
    return y.as4D(...x.shape);
  },
};
