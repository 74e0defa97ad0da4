/**
 * Linear layer of a frozen base with an optional LoRA update (Hu et al. 2021, arXiv:2106.09685, eq. 3):
 *   y = x W^T + bias + scale * drop(x) A^T B^T
 * Shapes: x [N, in], W [out, in], A [R, in], B [out, R], y [N, out].
 * Gradients are those of x, A and B; none of the frozen W and bias is ever computed.
 */
import type * as tf from "@tensorflow/tfjs";
import { differentiable } from "../differentiable.ts";
import type { FrozenLinear } from "../frozenLinear.ts";
import { chooseKernel } from "../kernelChoice.ts";
import { dropoutMask } from "./dropoutMask.ts";
import { composedLoraLinear } from "./loraLinear.composed.ts";
import { wasmLoraLinear } from "./loraLinear.wasm.ts";
import { webgpuLoraLinear } from "./loraLinear.webgpu.ts";
import type { LoraUpdate } from "./loraUpdate.ts";
import { rowwiseLinear } from "./rowwiseLinear.ts";

/** By backend. */
export const LINEAR_KERNELS = { composed: composedLoraLinear, wasm: wasmLoraLinear, webgpu: webgpuLoraLinear };

/** @throws {RangeError} on shapes that do not fit. */
export function loraLinear(x: tf.Tensor2D, frozen: FrozenLinear, update: LoraUpdate | null): tf.Tensor2D {
  assertShapes(x, frozen, update);
  if (update?.probes) return rowwiseLinear(x, frozen, update, { probes: update.probes, kernels: LINEAR_KERNELS });
  return update ? adaptedLinear(x, frozen, update) : plainLinear(x, frozen);
}

function plainLinear(x: tf.Tensor2D, frozen: FrozenLinear): tf.Tensor2D {
  const kernel = chooseKernel(LINEAR_KERNELS);
  return differentiable(
    [x],
    () => ({ value: kernel.frozenForward(x, frozen), saved: {} }),
    (dy) => [kernel.frozenBackward(dy, frozen)],
  );
}

function adaptedLinear(x: tf.Tensor2D, frozen: FrozenLinear, { factors, scale, dropout }: LoraUpdate): tf.Tensor2D {
  const { a, b } = factors;
  const kernel = chooseKernel(LINEAR_KERNELS);
  return differentiable(
    [x, a, b],
    () => {
      const mask = dropoutMask(x.shape, dropout);
      const { value, hidden } = kernel.adaptedForward(x, frozen, { factors, scale, mask });
      return { value, saved: { x, hidden, a, b } };
    },
    (dy, saved) => {
      const adapted = { factors: { a: saved.a, b: saved.b }, scale, mask: dropoutMask(saved.x.shape, dropout) };
      return kernel.adaptedBackward(dy, frozen, adapted, saved);
    },
  );
}

function assertShapes(x: tf.Tensor2D, { weight, bias }: FrozenLinear, update: LoraUpdate | null): void {
  const [outFeatures, inFeatures] = weight.shape;
  const fits =
    x.shape[1] === inFeatures &&
    (!bias || bias.shape[0] === outFeatures) &&
    (!update ||
      (update.factors.a.shape[1] === inFeatures &&
        update.factors.b.shape[0] === outFeatures &&
        update.factors.a.shape[0] === update.factors.b.shape[1]));
  if (!fits) {
    const factors = update ? `, A [${update.factors.a.shape}], B [${update.factors.b.shape}]` : "";
    throw new RangeError(`loraLinear: x [${x.shape}] does not fit W [${weight.shape}]${factors}`);
  }
}
