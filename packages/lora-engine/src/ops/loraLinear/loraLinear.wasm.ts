/**
 * loraLinear.ts on wasm: the update rides along with the frozen product, and the weight is read in its one layout [out, in] both ways,
 * expanded from its packed format panel by panel.
 */
import * as tf from "@tensorflow/tfjs";
import { type Columns, factorGradient, product, productInto, rowFactorGradients } from "../../kernels/product.ts";
import { emptyTensor } from "../../kernels/wasmHeap.ts";
import type { FrozenLinear } from "../frozenLinear.ts";
import type { Adapted, LoraLinearKernel } from "./loraLinearKernel.ts";

export const wasmLoraLinear: LoraLinearKernel = {
  frozenForward: (x, { weight, bias }) => product({ x, weight, turned: true }, { bias }),
  frozenBackward: (dy, { weight }) => product({ x: dy, weight, turned: false }),
  adaptedForward(x, frozen, adapted) {
    const value = emptyTensor<tf.Tensor2D>([x.shape[0], frozen.weight.shape[0]]);
    return { value, hidden: adaptedInto(allOf(value), x, frozen, adapted) };
  },
  adaptedBackward(dy, frozen, adapted, { x, hidden }) {
    const dHidden = hiddenGradient(allOf(dy), adapted);
    const dx = emptyTensor<tf.Tensor2D>(x.shape);
    inputGradientInto(dx, allOf(dy), frozen, { adapted, dHidden, more: false });
    return [
      adapted.mask ? tf.add(dx, droppedGradient(dHidden, adapted.factors.a, adapted.mask)) : dx,
      ...factorGradients(allOf(dy), x, { adapted, hidden, dHidden }),
    ];
  },
  rowwiseBackward(dy, frozen, adapted, { x, hidden }, offsets) {
    const dHidden = hiddenGradient(allOf(dy), adapted);
    const dx = emptyTensor<tf.Tensor2D>(x.shape);
    inputGradientInto(dx, allOf(dy), frozen, { adapted, dHidden, more: false });
    return [
      adapted.mask ? tf.add(dx, droppedGradient(dHidden, adapted.factors.a, adapted.mask)) : dx,
      rowFactorGradients(dHidden, dropped(x, adapted.mask), offsets, { turned: false }),
      rowFactorGradients(hidden, dy, offsets, { turned: true }),
    ];
  },
};

/** All columns of a matrix. */
export function allOf(x: tf.Tensor2D): Columns {
  return { of: x, first: 0, count: x.shape[1] };
}

/** The output into columns of a matrix; returns the update's scaled inner values, [N, R]. */
export function adaptedInto(out: Columns, x: tf.Tensor2D, { weight, bias }: FrozenLinear, adapted: Adapted): tf.Tensor2D {
  const { a, b } = adapted.factors;
  const hidden = product({ x: dropped(x, adapted.mask), weight: a, turned: true }, { alpha: adapted.scale });
  productInto(out, { x, weight, turned: true }, { bias, update: { x: hidden, weight: b } });
  return hidden;
}

/** [N, R] */
export function hiddenGradient(dy: Columns, { factors, scale }: Adapted): tf.Tensor2D {
  return product({ x: dy, weight: factors.b, turned: false }, { alpha: scale });
}

/** dx = dy W, and the update's where nothing of its input was dropped; added to dx where `more`. Without an adapter the frozen part alone. */
export function inputGradientInto(
  dx: tf.Tensor2D,
  dy: Columns,
  { weight }: FrozenLinear,
  { adapted, dHidden, more }: { readonly adapted: Adapted | null; readonly dHidden: tf.Tensor2D | null; readonly more: boolean },
): void {
  const update = adapted && dHidden && !adapted.mask ? { update: { x: dHidden, weight: adapted.factors.a } } : {};
  productInto(allOf(dx), { x: dy, weight, turned: false }, { ...update, more });
}

/** What dropout lets through of the update's gradient of x. */
export function droppedGradient(dHidden: tf.Tensor2D, a: tf.Tensor2D, mask: tf.Tensor2D): tf.Tensor2D {
  return tf.mul(product({ x: dHidden, weight: a, turned: false }), mask);
}

/** dA and dB. */
export function factorGradients(
  dy: Columns,
  x: tf.Tensor2D,
  { adapted, hidden, dHidden }: { readonly adapted: Adapted; readonly hidden: tf.Tensor2D; readonly dHidden: tf.Tensor2D },
): [tf.Tensor2D, tf.Tensor2D] {
  return [factorGradient(dHidden, dropped(x, adapted.mask), { turned: false }), factorGradient(hidden, dy, { turned: true })];
}

/** What A reads. */
function dropped(x: tf.Tensor2D, mask: tf.Tensor2D | undefined): tf.Tensor2D {
  return mask ? tf.mul(x, mask) : x;
}
