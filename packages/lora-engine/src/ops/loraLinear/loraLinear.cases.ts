/** Cases of loraLinear: 1 x 1, sizes that are no multiple of 4, R = 1, no adapter, dropout. */
import * as tf from "@tensorflow/tfjs";
import { frozenLinear } from "../frozenLinear.ts";
import { noise, noiseInput, type OpCase } from "../testing/opCase.ts";
import { dropoutValues } from "./dropoutMask.ts";
import { type LoraLinearCase, loraLinearForward, loraLinearGradients } from "./loraLinear.reference.ts";
import { loraLinear } from "./loraLinear.ts";

interface Sizes {
  readonly rows: number;
  readonly inFeatures: number;
  readonly outFeatures: number;
  readonly rank: number;
  readonly dropoutRate?: number;
}

function adapted({ rows, inFeatures, outFeatures, rank, dropoutRate = 0 }: Sizes): OpCase {
  const dropout = { rate: dropoutRate, seed: 11 };
  const w = noise(outFeatures * inFeatures, "w");
  const bias = noise(outFeatures, "bias");
  const scale = 1.75;
  const problem = ([x, a, b]: readonly Float64Array[]): LoraLinearCase => ({
    x: { rows, cols: inFeatures, data: x! },
    w: { rows: outFeatures, cols: inFeatures, data: w },
    bias,
    a: { rows: rank, cols: inFeatures, data: a! },
    b: { rows: outFeatures, cols: rank, data: b! },
    scale,
    mask: Float64Array.from(dropoutValues(rows * inFeatures, dropout)),
  });
  return {
    name: `x [${rows}, ${inFeatures}] to ${outFeatures}, R = ${rank}, dropout ${dropoutRate}`,
    inputs: [noiseInput([rows, inFeatures], "x"), noiseInput([rank, inFeatures], "a"), noiseInput([outFeatures, rank], "b")],
    op: () => {
      const frozen = frozenLinear(
        { shape: [outFeatures, inFeatures], data: Float32Array.from(w) },
        {
          bias: tf.tensor1d(Float32Array.from(bias)),
          stored: "out-in",
          precision: "exact",
        },
      );
      return ([x, a, b]) => {
        const factors = { a: a!.as2D(rank, inFeatures), b: b!.as2D(outFeatures, rank) };
        return loraLinear(x!.as2D(rows, inFeatures), frozen, { factors, scale, dropout });
      };
    },
    reference: (inputs) => loraLinearForward(problem(inputs)),
    gradients: (inputs, dy) => loraLinearGradients(problem(inputs), dy),
  };
}

/** Without an adapter the layer is x W^T + bias, which is the case of zero factors. */
function plain(rows: number, inFeatures: number, outFeatures: number): OpCase {
  const full = adapted({ rows, inFeatures, outFeatures, rank: 1 });
  const zeros = [new Float64Array(inFeatures), new Float64Array(outFeatures)];
  const w = noise(outFeatures * inFeatures, "w");
  const bias = noise(outFeatures, "bias");
  return {
    name: `x [${rows}, ${inFeatures}] to ${outFeatures}, no adapter`,
    inputs: full.inputs.slice(0, 1),
    op: () => {
      const frozen = frozenLinear(
        { shape: [outFeatures, inFeatures], data: Float32Array.from(w) },
        {
          bias: tf.tensor1d(Float32Array.from(bias)),
          stored: "out-in",
          precision: "exact",
        },
      );
      return ([x]) => loraLinear(x!.as2D(rows, inFeatures), frozen, null);
    },
    reference: (inputs) => full.reference([...inputs, ...zeros]),
    gradients: (inputs, dy) => full.gradients([...inputs, ...zeros], dy).slice(0, 1),
  };
}

export const loraLinearCases: readonly OpCase[] = [
  adapted({ rows: 1, inFeatures: 1, outFeatures: 1, rank: 1 }),
  adapted({ rows: 5, inFeatures: 7, outFeatures: 3, rank: 1 }),
  adapted({ rows: 6, inFeatures: 9, outFeatures: 10, rank: 3, dropoutRate: 0.4 }),
  adapted({ rows: 17, inFeatures: 33, outFeatures: 18, rank: 8 }),
  adapted({ rows: 11, inFeatures: 12, outFeatures: 20, rank: 4, dropoutRate: 0.3 }),
  adapted({ rows: 2, inFeatures: 8, outFeatures: 12, rank: 2 }),
  plain(1, 1, 1),
  plain(4, 5, 6),
];

/** More columns than a kernel packs at a time, too many for finite differences; few rows and many. */
export const wideLoraLinearCases: readonly OpCase[] = [
  adapted({ rows: 13, inFeatures: 301, outFeatures: 230, rank: 8 }),
  adapted({ rows: 3, inFeatures: 205, outFeatures: 37, rank: 5 }),
];
