/**
 * Several linear layers of a frozen base that read the same input, each with its LoRA update (see loraLinear.ts), as one layer:
 *   y = [x W_1^T + bias_1 + update_1, x W_2^T + bias_2 + update_2, ..]
 * Shapes: x [N, in], y [N, out_1 + out_2 + ..]. The gradient of x is summed where it is made.
 */
import type * as tf from "@tensorflow/tfjs";
import { differentiable } from "../differentiable.ts";
import { chooseKernel } from "../kernelChoice.ts";
import { dropoutMask } from "../loraLinear/dropoutMask.ts";
import type { Adapted } from "../loraLinear/loraLinearKernel.ts";
import type { LoraUpdate } from "../loraLinear/loraUpdate.ts";
import { composedJointLinear } from "./jointLinear.composed.ts";
import { wasmJointLinear } from "./jointLinear.wasm.ts";
import { webgpuJointLinear } from "./jointLinear.webgpu.ts";
import type { JointLinearKernel, LinearPart } from "./jointLinearKernel.ts";

export interface JointLinearOptions {
  /** x depends on nothing that is trained: no gradient of it is computed. */
  readonly isInputFrozen: boolean;
}

/** @throws {RangeError} on shapes that do not fit. */
export function jointLinear(x: tf.Tensor2D, parts: readonly LinearPart[], options: JointLinearOptions): tf.Tensor2D {
  if (parts.some(({ update }) => update?.probes)) return composedJointLinear(x, parts);
  return chooseKernel({
    composed: composedJointLinear,
    wasm: fused(wasmJointLinear),
    webgpu: fused(webgpuJointLinear),
  })(x, parts, options);
}

function fused(kernel: JointLinearKernel): typeof jointLinear {
  return (x, parts, { isInputFrozen }) => {
    assertShapes(x, parts);
    const factors = parts.flatMap(({ update }) => (update ? [update.factors.a, update.factors.b] : []));
    const withInput = !isInputFrozen || factors.length === 0;
    const frozen = parts.map((part) => part.frozen);
    return differentiable(
      [...(withInput ? [x] : []), ...factors],
      () => {
        const adapted = parts.map(({ update }) => update && adaptedBy(update, x.shape));
        const { value, hidden } = kernel.forward(x, frozen, adapted);
        return { value, saved: savedOf(x, adapted, hidden) };
      },
      (dy, saved) => {
        const adapted = parts.map(({ update }, i) => update && adaptedFrom(update, saved, i));
        const hidden = parts.map((_, i) => saved[`hidden${i}`] ?? null);
        const gradients = kernel.backward(dy, frozen, adapted, { x: saved.x as tf.Tensor2D, hidden, withInput });
        return [...(gradients.x ? [gradients.x] : []), ...gradients.factors];
      },
    );
  };
}

type Saved = Readonly<Record<string, tf.Tensor2D>>;

function savedOf(x: tf.Tensor2D, adapted: readonly (Adapted | null)[], hidden: readonly (tf.Tensor2D | null)[]): Saved {
  const saved: Record<string, tf.Tensor2D> = { x };
  for (const [i, part] of adapted.entries()) {
    const inner = hidden[i];
    if (!part || !inner) continue;
    Object.assign(saved, { [`hidden${i}`]: inner, [`a${i}`]: part.factors.a, [`b${i}`]: part.factors.b });
  }
  return saved;
}

function adaptedBy({ factors, scale, dropout }: LoraUpdate, shape: [number, number]): Adapted {
  return { factors, scale, mask: dropoutMask(shape, dropout) };
}

function adaptedFrom({ scale, dropout }: LoraUpdate, saved: Saved, i: number): Adapted {
  const { x, [`a${i}`]: a, [`b${i}`]: b } = saved;
  if (!x || !a || !b) throw new RangeError("unreachable: the factors of an update are saved");
  return { factors: { a, b }, scale, mask: dropoutMask(x.shape, dropout) };
}

function assertShapes(x: tf.Tensor2D, parts: readonly LinearPart[]): void {
  const fits = parts.every(({ frozen: { weight, bias }, update }) => {
    const [outFeatures, inFeatures] = weight.shape;
    const { a, b } = update?.factors ?? { a: null, b: null };
    return (
      x.shape[1] === inFeatures &&
      (!bias || bias.shape[0] === outFeatures) &&
      (!a || !b || (a.shape[1] === inFeatures && b.shape[0] === outFeatures && a.shape[0] === b.shape[1]))
    );
  });
  if (!fits) {
    const shapes = parts.map(({ frozen, update }) =>
      update
        ? `[${frozen.weight.shape}] with A [${update.factors.a.shape}], B [${update.factors.b.shape}]`
        : `[${frozen.weight.shape}]`,
    );
    throw new RangeError(`loraLinear: x [${x.shape}] does not fit W ${shapes.join(", ")}`);
  }
}
