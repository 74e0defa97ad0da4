/** gelu.ts on WebGPU: one dispatch each way. */
import { compute } from "../webgpu/compute.ts";
import { elementGroups, type Lanes, laneCount, lanesOf, perElement } from "../webgpu/wgsl.ts";
import { GELU_CUBIC, GELU_SLOPE, type GeluKernel } from "./geluKernel.ts";

/** Beyond 10 the hyperbolic tangent is 1 in float32, and some drivers' own overflows far out. */
const TANH = (lanes: Lanes) => `
  let v = x[i];
  let inner = ${GELU_SLOPE} * (v + ${GELU_CUBIC} * v * v * v);
  let t = tanh(clamp(inner, ${lanes}(-10.0), ${lanes}(10.0)));`;

export const webgpuGelu: GeluKernel = {
  forward(x) {
    const lanes = lanesOf(x.size);
    const count = x.size / laneCount(lanes);
    const { y } = compute({
      key: `gelu ${lanes}`,
      outputs: { y: [x.shape, lanes] },
      inputs: { x: [x, lanes] },
      sizes: { count },
      workgroups: elementGroups(count),
      source: () => perElement(`${TANH(lanes)} y[i] = 0.5 * v * (1.0 + t);`),
    });
    return y.as2D(...x.shape);
  },

  /** dy/dx = (1 + tanh u) / 2 + x / 2 (1 - tanh^2 u) u',  u' = sqrt(2 / pi) (1 + 3 * 0.044715 x^2) */
  backward(dy, x) {
    const lanes = lanesOf(x.size);
    const count = x.size / laneCount(lanes);
    const { dx } = compute({
      key: `gelu gradient ${lanes}`,
      outputs: { dx: [x.shape, lanes] },
      inputs: { dy: [dy, lanes], x: [x, lanes] },
      sizes: { count },
      workgroups: elementGroups(count),
      source: () =>
        perElement(`${TANH(lanes)}
    let slope = ${GELU_SLOPE} * (1.0 + ${3 * GELU_CUBIC} * v * v);
    dx[i] = dy[i] * 0.5 * (1.0 + t + v * (1.0 - t * t) * slope);`),
    });
    return dx.as2D(...x.shape);
  },
};
