/**
 * jointLinear.ts on WebGPU: two dispatches forward, whatever the number of modules, and two to four backward: inner values and the
 * gradients of B, then those of x and of A, together where the buffers allow. Nothing is split or joined in memory. For that the
 * weights lie in one matrix (stackedWeights.ts) and everything can be read four numbers at a time; else it is layer by layer.
 */
import * as tf from "@tensorflow/tfjs";
import type { FrozenLinear } from "../frozenLinear.ts";
import { webgpuLoraLinear } from "../loraLinear/loraLinear.webgpu.ts";
import type { Adapted } from "../loraLinear/loraLinearKernel.ts";
import type { JointLinearKernel } from "./jointLinearKernel.ts";
import { jointOf } from "./jointOf.ts";
import { jointForward, jointGradients } from "./jointPasses.ts";

export const webgpuJointLinear: JointLinearKernel = {
  forward(x, frozen, adapted) {
    const joint = jointOf(x, frozen, adapted);
    if (joint) {
      const { value, hidden } = jointForward(joint);
      return { value, hidden: adapted.map((part) => part && hidden) };
    }
    const found = frozen.map((linear, p) => {
      const part = adapted[p];
      const plain = () => ({ value: webgpuLoraLinear.frozenForward(x, linear), hidden: null });
      return part ? webgpuLoraLinear.adaptedForward(x, linear, part) : plain();
    });
    return {
      value: tf.concat(
        found.map(({ value }) => value),
        1,
      ),
      hidden: found.map(({ hidden }) => hidden),
    };
  },

  backward(dy, frozen, adapted, { x, hidden, withInput }) {
    const joint = jointOf(x, frozen, adapted);
    const inner = hidden.find((part) => part !== null);
    if (joint && inner) {
      const gradients = jointGradients(dy, inner, joint, withInput);
      return withInput ? { x: gradients[0] ?? null, factors: gradients.slice(1) } : { x: null, factors: gradients };
    }
    const found = frozen.map((linear, p) =>
      gradientsOfPart(columnsOf(dy, frozen, p), linear, adapted[p] ?? null, { x, hidden: hidden[p] ?? null }),
    );
    const dx = found.map(([part]) => part);
    return { x: withInput ? tf.addN(dx) : null, factors: found.flatMap(([, ...factors]) => factors) };
  },
};

interface SavedPart {
  readonly x: tf.Tensor2D;
  readonly hidden: tf.Tensor2D | null;
}

/** Of x, and of A and B where there are such. */
function gradientsOfPart(
  dy: tf.Tensor2D,
  frozen: FrozenLinear,
  part: Adapted | null,
  { x, hidden }: SavedPart,
): [tf.Tensor2D, ...tf.Tensor2D[]] {
  if (!part || !hidden) return [webgpuLoraLinear.frozenBackward(dy, frozen)];
  return webgpuLoraLinear.adaptedBackward(dy, frozen, part, { x, hidden });
}

/** The part of dy that is of layer p. */
function columnsOf(dy: tf.Tensor2D, frozen: readonly FrozenLinear[], p: number): tf.Tensor2D {
  const widths = frozen.map(({ weight }) => weight.shape[0]);
  const from = widths.slice(0, p).reduce((sum, width) => sum + width, 0);
  return tf.slice(dy, [0, from], [-1, widths[p] ?? 0]);
}
