/**
 * AdamW on WebGPU, three variables a dispatch: the moments of all lie in one tensor, and everything is written where it lies, so
 * that a variable takes two of the eight buffers that every device binds.
 */
import type { HostTensor } from "@duet/lora-core/tensors/namedTensors";
import * as tf from "@tensorflow/tfjs";
import { compute, type Element } from "../ops/webgpu/compute.ts";
import { elementGroups, perElement } from "../ops/webgpu/wgsl.ts";
import type { AdamWKernel, Coefficients } from "./adamWKernel.ts";

const VARIABLES_AT_ONCE = 3;

interface Part {
  readonly variable: tf.Variable;
  readonly gradient: tf.Tensor;
  /** Of its first moments in the tensor of all. */
  readonly start: number;
}

export const webgpuAdamW: AdamWKernel = (variables) => {
  const starts = variables.map((_, i) => variables.slice(0, i).reduce((sum, { size }) => sum + size, 0));
  const total = variables.reduce((sum, { size }) => sum + size, 0);
  /** First moments, then second ones. */
  let moments: tf.Tensor = tf.keep(tf.zeros([2, total]));
  return {
    update(gradients, coefficients) {
      const parts = variables.map((variable, i) => ({
        variable,
        gradient: gradients[i] as tf.Tensor,
        start: starts[i] as number,
      }));
      for (let i = 0; i < parts.length; i += VARIABLES_AT_ONCE) {
        updateGroup(parts.slice(i, i + VARIABLES_AT_ONCE), { moments, total }, coefficients);
      }
    },
    async read() {
      const values = await moments.data();
      const part = (offset: number) =>
        variables.map(({ shape, size }, i): HostTensor => {
          const start = offset + (starts[i] as number);
          return { shape: [...shape], data: Float32Array.from(values.subarray(start, start + size)) };
        });
      return { first: part(0), second: part(total) };
    },
    write({ first, second }) {
      const values = new Float32Array(2 * total);
      for (const [i, start] of starts.entries()) {
        values.set(first[i]?.data ?? [], start);
        values.set(second[i]?.data ?? [], total + start);
      }
      moments.dispose();
      moments = tf.keep(tf.tensor(values, [2, total]));
    },
    dispose: () => moments.dispose(),
  };
};

interface Memory {
  readonly moments: tf.Tensor;
  readonly total: number;
}

type Buffers = Record<string, readonly [tf.Tensor, Element]>;

/** A thread per element of these variables, one behind the other. */
function updateGroup(parts: readonly Part[], { moments, total }: Memory, { factor, ...numbers }: Coefficients): void {
  const count = parts.reduce((sum, { variable }) => sum + variable.size, 0);
  const named = (name: string, of: (part: Part) => tf.Tensor): Buffers =>
    Object.fromEntries(parts.map((part, p) => [`${name}${p}`, [of(part), "f32"]]));
  compute({
    key: `adamW ${parts.length} ${factor ? "scaled" : ""}`,
    outputs: {},
    updates: { ...named("value", ({ variable }) => variable), moments: [moments, "f32"] },
    inputs: { ...named("gradient", ({ gradient }) => gradient), ...(factor && { factor: [factor, "f32"] }) },
    sizes: {
      count,
      total,
      first: parts[0]?.start ?? 0,
      ...Object.fromEntries(parts.map(({ variable }, p) => [`size${p}`, variable.size])),
    },
    numbers,
    workgroups: elementGroups(count),
    source: () =>
      perElement(`
  let at = u.first + i;
  var j = i;
  ${parts.map((_, p) => `if (j < u.size${p}) { value${p}[j] = moved(at, value${p}[j], gradient${p}[j]); return; }\n  j -= u.size${p};`).join("\n  ")}`) +
      MOVED(factor !== null),
  });
}

/** The next value of an element, whose moments lie at `at`. */
const MOVED = (scaled: boolean) => `
fn moved(at: u32, value: f32, gradient: f32) -> f32 {
  let g = ${scaled ? "factor[0] * " : ""}gradient;
  let first = u.beta1 * moments[at] + (1.0 - u.beta1) * g;
  let second = u.beta2 * moments[u.total + at] + (1.0 - u.beta2) * g * g;
  moments[at] = first;
  moments[u.total + at] = second;
  return u.keep * value - u.rate * first / (u.spread * sqrt(second) + u.epsilon);
}`;
