/**
 * Linear layer of a frozen base with an optional LoRA update (Hu et al. 2021, arXiv:2106.09685, eq. 3):
 *   y = x W^T + bias + scale * drop(x) A^T B^T
 * Shapes: x [N, in], W [out, in], A [R, in], B [out, R], y [N, out].
 * Gradients are those of x, A and B; none of the frozen W and bias is ever computed.
 */
import * as tf from "@tensorflow/tfjs";
import { differentiable } from "../differentiable.ts";
import type { FrozenLinear } from "../frozenLinear.ts";
import { dropoutMask } from "./dropoutMask.ts";
import type { LoraUpdate } from "./loraUpdate.ts";

/** @throws {RangeError} on shapes that do not fit. */
export function loraLinear(x: tf.Tensor2D, frozen: FrozenLinear, update: LoraUpdate | null): tf.Tensor2D {
  assertShapes(x, frozen, update);
  return update ? adaptedLinear(x, frozen, update) : plainLinear(x, frozen);
}

function plainLinear(x: tf.Tensor2D, frozen: FrozenLinear): tf.Tensor2D {
  return differentiable(
    [x],
    () => ({ value: frozenProduct(x, frozen), saved: {} }),
    (dy) => [tf.matMul(dy, frozen.backward)],
  );
}

function adaptedLinear(x: tf.Tensor2D, frozen: FrozenLinear, { factors, scale, dropout }: LoraUpdate): tf.Tensor2D {
  const { a, b } = factors;
  return differentiable(
    [x, a, b],
    () => {
      const mask: { mask?: tf.Tensor2D } = dropout && dropout.rate > 0 ? { mask: dropoutMask(x.shape, dropout) } : {};
      const input = mask.mask ? tf.mul(x, mask.mask) : x;
      // [N, R]. Transposes here and below are of tensors with one side R, never of x, dy or W.
      const hidden = tf.matMul(input, tf.transpose(a)).mul<tf.Tensor2D>(scale);
      const value = tf.add<tf.Tensor2D>(frozenProduct(x, frozen), tf.matMul(hidden, tf.transpose(b)));
      return { value, saved: { input, hidden, a, b, ...mask } };
    },
    (dy, { input, hidden, a, b, mask }) => {
      const dHidden = tf.matMul(dy, b).mul(scale);
      const dInput = tf.matMul(dHidden, a);
      const dx = tf.add(tf.matMul(dy, frozen.backward), mask ? tf.mul(dInput, mask) : dInput);
      const dA = tf.matMul(tf.transpose(dHidden), input);
      const dB = tf.transpose(tf.matMul(tf.transpose(hidden), dy));
      return [dx, dA, dB];
    },
  );
}

function frozenProduct(x: tf.Tensor2D, { forward, bias }: FrozenLinear): tf.Tensor2D {
  const product: tf.Tensor2D = tf.matMul(x, forward);
  return bias ? tf.add(product, bias) : product;
}

function assertShapes(x: tf.Tensor2D, { forward, bias }: FrozenLinear, update: LoraUpdate | null): void {
  const [inFeatures, outFeatures] = forward.shape;
  const fits =
    x.shape[1] === inFeatures &&
    (!bias || bias.shape[0] === outFeatures) &&
    (!update ||
      (update.factors.a.shape[1] === inFeatures &&
        update.factors.b.shape[0] === outFeatures &&
        update.factors.a.shape[0] === update.factors.b.shape[1]));
  if (!fits) {
    const factors = update ? `, A [${update.factors.a.shape}], B [${update.factors.b.shape}]` : "";
    throw new RangeError(`loraLinear: x [${x.shape}] does not fit W^T [${forward.shape}]${factors}`);
  }
}
