/** Whether linear layers of one input can be computed as one on WebGPU, and as which. */
import type * as tf from "@tensorflow/tfjs";
import type { FrozenLinear } from "../frozenLinear.ts";
import type { FrozenMatrix } from "../frozenMatrix/frozenMatrix.ts";
import type { Adapted } from "../loraLinear/loraLinearKernel.ts";
import { innerWidth, type Joint, type Part } from "./jointJobs.ts";

/** Null where something is dropped, sizes are no multiples of 4, weights do not lie one behind the other, or several have a bias. */
export function jointOf(x: tf.Tensor2D, frozen: readonly FrozenLinear[], adapted: readonly (Adapted | null)[]): Joint | null {
  const weight = oneMatrix(frozen);
  const bias = frozen.length === 1 ? (frozen[0]?.bias ?? null) : null;
  const isBiased = frozen.length > 1 && frozen.some((linear) => linear.bias !== null);
  if (!weight || isBiased || adapted.some((part) => part?.mask)) return null;
  const ranks = adapted.map((part) => part?.factors.a.shape[0] ?? 4);
  const extents = [...frozen.flatMap(({ weight: { shape } }) => shape), ...ranks];
  if (extents.some((extent) => extent % 4 !== 0) || adapted.every((part) => part === null)) return null;
  return { x, frozen: { weight, turned: null, bias }, parts: partsOf(frozen, adapted) };
}

/** All rows of these weights, where each begins behind the one before it. */
function oneMatrix(frozen: readonly FrozenLinear[]): FrozenMatrix | null {
  const [first] = frozen;
  if (!first) return null;
  let rows = 0;
  for (const { weight } of frozen) {
    if (weight.stored !== first.weight.stored || weight.firstRow !== first.weight.firstRow + rows) return null;
    rows += weight.shape[0];
  }
  return { ...first.weight, shape: [rows, first.weight.shape[1]] };
}

function partsOf(frozen: readonly FrozenLinear[], adapted: readonly (Adapted | null)[]): Part[] {
  const parts: Part[] = [];
  let from = 0;
  for (const [p, { weight }] of frozen.entries()) {
    const [outFeatures] = weight.shape;
    const part = adapted[p];
    if (part) {
      const { factors, scale } = part;
      parts.push({ factors, scale, from, outFeatures, rank: factors.a.shape[0], inner: innerWidth(parts) });
    }
    from += outFeatures;
  }
  return parts;
}
