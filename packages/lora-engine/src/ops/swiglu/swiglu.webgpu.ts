/** swiglu.ts on WebGPU: one dispatch each way. */
import { compute } from "../webgpu/compute.ts";
import { elementGroups, type Lanes, laneCount, lanesOf, perElement } from "../webgpu/wgsl.ts";
import type { SwigluKernel } from "./swigluKernel.ts";

/** Beyond 80 the exponential would leave float32's range, and the sigmoid is 0 there anyway. */
const SIGMOID = (lanes: Lanes) => `let g = gate[i]; let sigmoid = 1.0 / (1.0 + exp(min(-g, ${lanes}(80.0))));`;

export const webgpuSwiglu: SwigluKernel = {
  forward(gate, up) {
    const lanes = lanesOf(gate.size);
    const count = gate.size / laneCount(lanes);
    const { y } = compute({
      key: `swiglu ${lanes}`,
      outputs: { y: [gate.shape, lanes] },
      inputs: { gate: [gate, lanes], up: [up, lanes] },
      sizes: { count },
      workgroups: elementGroups(count),
      source: () => perElement(`${SIGMOID(lanes)} y[i] = g * sigmoid * up[i];`),
    });
    return y.as2D(...gate.shape);
  },

  /** d silu / d gate = sigmoid (1 + gate (1 - sigmoid)) */
  backward(dy, gate, up) {
    const lanes = lanesOf(gate.size);
    const count = gate.size / laneCount(lanes);
    const { dGate, dUp } = compute({
      key: `swiglu gradient ${lanes}`,
      outputs: { dGate: [gate.shape, lanes], dUp: [gate.shape, lanes] },
      inputs: { dy: [dy, lanes], gate: [gate, lanes], up: [up, lanes] },
      sizes: { count },
      workgroups: elementGroups(count),
      source: () =>
        perElement(`${SIGMOID(lanes)}
    dGate[i] = dy[i] * up[i] * sigmoid * (1.0 + g * (1.0 - sigmoid));
    dUp[i] = dy[i] * g * sigmoid;`),
    });
    return [dGate.as2D(...gate.shape), dUp.as2D(...gate.shape)];
  },
};
