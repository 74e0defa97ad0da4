/** exactGelu.ts on WebGPU: one dispatch each way. */
import type { GeluKernel } from "../gelu/geluKernel.ts";
import { compute } from "../webgpu/compute.ts";
import { elementGroups, type Lanes, laneCount, lanesOf, perElement } from "../webgpu/wgsl.ts";
import { DENSITY, TAIL_STEP, TAIL_TERMS } from "./exactGeluKernel.ts";

/** P(x) as `share`, and e^(-x^2 / 2) as `height`: 0 far out, where a square may be too large for float32. */
const SHARE = (lanes: Lanes) => `
  let v = x[i];
  let near = clamp(v, ${lanes}(-13.0), ${lanes}(13.0));
  let height = exp(-0.5 * near * near);
  let t = 1.0 / (1.0 + ${TAIL_STEP * Math.SQRT1_2} * abs(near));
  let tail = 0.5 * height * ${TAIL_TERMS.reduceRight((sum, term) => `t * (${term}${sum && ` + ${sum}`})`, "")};
  let share = select(tail, 1.0 - tail, v >= ${lanes}(0.0));`;

export const webgpuExactGelu: GeluKernel = {
  forward(x) {
    const lanes = lanesOf(x.size);
    const count = x.size / laneCount(lanes);
    const { y } = compute({
      key: `exact gelu ${lanes}`,
      outputs: { y: [x.shape, lanes] },
      inputs: { x: [x, lanes] },
      sizes: { count },
      workgroups: elementGroups(count),
      source: () => perElement(`${SHARE(lanes)} y[i] = v * share;`),
    });
    return y.as2D(...x.shape);
  },

  /** dy/dx = P(x) + x e^(-x^2 / 2) / sqrt(2 pi) */
  backward(dy, x) {
    const lanes = lanesOf(x.size);
    const count = x.size / laneCount(lanes);
    const { dx } = compute({
      key: `exact gelu gradient ${lanes}`,
      outputs: { dx: [x.shape, lanes] },
      inputs: { dy: [dy, lanes], x: [x, lanes] },
      sizes: { count },
      workgroups: elementGroups(count),
      source: () => perElement(`${SHARE(lanes)} dx[i] = dy[i] * (share + ${DENSITY} * near * height);`),
    });
    return dx.as2D(...x.shape);
  },
};
