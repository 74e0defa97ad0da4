/** Cases of jointLinear: one part, several of different widths, dropout, and an input without a gradient. */
import * as tf from "@tensorflow/tfjs";
import { frozenLinear } from "../frozenLinear.ts";
import { dropoutValues } from "../loraLinear/dropoutMask.ts";
import type { LoraLinearCase } from "../loraLinear/loraLinear.reference.ts";
import { noise, noiseInput, type OpCase } from "../testing/opCase.ts";
import { jointLinearForward, jointLinearGradients } from "./jointLinear.reference.ts";
import { jointLinear } from "./jointLinear.ts";
import { stackedWeights } from "./stackedWeights.ts";

interface Sizes {
  readonly rows: number;
  readonly inFeatures: number;
  readonly widths: readonly number[];
  readonly rank: number;
  readonly dropoutRate?: number;
  readonly isInputFrozen?: boolean;
  /** Without biases, and with weights in one matrix where the backend reads that. */
  readonly stacked?: boolean;
}

const SCALE = 1.75;

function joint({ rows, inFeatures, widths, rank, dropoutRate = 0, isInputFrozen = false, stacked = false }: Sizes): OpCase {
  const dropout = (part: number) => ({ rate: dropoutRate, seed: 11 + part });
  // In one matrix they are float16, packed, which holds these numbers exactly.
  const kept = (value: number) => (stacked ? Math.round(value * 256) / 256 : value);
  const weights = widths.map((width, part) => noise(width * inFeatures, "w", part).map(kept));
  const biases = widths.map((width, part) => (stacked ? new Float64Array(width) : noise(width, "bias", part)));
  const x = noiseInput([rows, inFeatures], "x");
  const factors = widths.flatMap((width, part) => [
    noiseInput([rank, inFeatures], "a", part),
    noiseInput([width, rank], "b", part),
  ]);
  const problem = (inputs: readonly Float64Array[]): readonly LoraLinearCase[] => {
    const [input, ...tensors] = isInputFrozen ? [x.data, ...inputs] : inputs;
    return widths.map((width, part) => ({
      x: { rows, cols: inFeatures, data: input! },
      w: { rows: width, cols: inFeatures, data: weights[part]! },
      bias: biases[part]!,
      a: { rows: rank, cols: inFeatures, data: tensors[2 * part]! },
      b: { rows: width, cols: rank, data: tensors[2 * part + 1]! },
      scale: SCALE,
      mask: Float64Array.from(dropoutValues(rows * inFeatures, dropout(part))),
    }));
  };
  return {
    name: `x [${rows}, ${inFeatures}] to ${widths}, R = ${rank}, dropout ${dropoutRate}${isInputFrozen ? ", x frozen" : ""}${stacked ? ", stacked" : ""}`,
    inputs: isInputFrozen ? factors : [x, ...factors],
    op: () => {
      const layers = widths.map((width, part) =>
        frozenLinear(
          { shape: [width, inFeatures], data: Float32Array.from(weights[part]!) },
          {
            bias: stacked ? null : tf.tensor1d(Float32Array.from(biases[part]!)),
            stored: "out-in",
            precision: "exact",
          },
        ),
      );
      const frozen = stacked ? stackedWeights(layers) : layers;
      const constant = tf.tensor2d(Float32Array.from(x.data), [rows, inFeatures]);
      return (inputs) => {
        const [input, ...tensors] = isInputFrozen ? [constant, ...inputs] : inputs;
        const parts = frozen.map((linear, part) => ({
          frozen: linear,
          update: {
            factors: { a: tensors[2 * part] as tf.Tensor2D, b: tensors[2 * part + 1] as tf.Tensor2D },
            scale: SCALE,
            dropout: dropout(part),
          },
        }));
        return jointLinear(input as tf.Tensor2D, parts, { isInputFrozen });
      };
    },
    reference: (inputs) => jointLinearForward(problem(inputs)),
    gradients: (inputs, dy) => jointLinearGradients(problem(inputs), dy).slice(isInputFrozen ? 1 : 0),
  };
}

export const jointLinearCases: readonly OpCase[] = [
  joint({ rows: 1, inFeatures: 1, widths: [1], rank: 1 }),
  joint({ rows: 5, inFeatures: 7, widths: [3, 2], rank: 2 }),
  joint({ rows: 9, inFeatures: 12, widths: [8, 4, 4], rank: 4 }),
  joint({ rows: 6, inFeatures: 9, widths: [10, 3, 5], rank: 3, dropoutRate: 0.4 }),
  joint({ rows: 7, inFeatures: 10, widths: [6, 5], rank: 2, isInputFrozen: true }),
  joint({ rows: 9, inFeatures: 12, widths: [8, 4, 4], rank: 4, stacked: true }),
  joint({ rows: 3, inFeatures: 20, widths: [16, 12], rank: 8, stacked: true }),
  joint({ rows: 37, inFeatures: 8, widths: [8, 4, 8], rank: 4, stacked: true, isInputFrozen: true }),
];

/** Wide enough for whole tiles and many of them, too many for finite differences. */
export const wideJointLinearCases: readonly OpCase[] = [
  joint({ rows: 71, inFeatures: 130, widths: [72, 33, 40], rank: 9 }),
  joint({ rows: 40, inFeatures: 64, widths: [64, 32, 32], rank: 8 }),
];
