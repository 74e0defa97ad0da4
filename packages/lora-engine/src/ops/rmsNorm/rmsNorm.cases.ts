/** Cases of rmsNorm: one element, widths that are no multiple of 4, a row near zero where eps counts. */
import * as tf from "@tensorflow/tfjs";
import { noise, noiseInput, type OpCase } from "../testing/opCase.ts";
import { rmsNormForward, rmsNormGradient } from "./rmsNorm.reference.ts";
import { rmsNorm } from "./rmsNorm.ts";

function rmsNormCase(rows: number, width: number, { size = 1, eps = 1e-5 } = {}): OpCase {
  const weight = noise(width, "weight");
  const { shape, data } = noiseInput([rows, width], "x");
  return {
    name: `x [${rows}, ${width}] of size ${size}`,
    inputs: [{ shape, data: data.map((value) => Math.fround(size * value)) }],
    op: () => {
      const frozen = tf.tensor1d(Float32Array.from(weight));
      return ([x]) => rmsNorm(x!.as2D(rows, width), frozen, eps);
    },
    reference: ([x]) => rmsNormForward(x!, weight, eps),
    gradients: ([x], dy) => [rmsNormGradient(x!, weight, eps, dy)],
  };
}

export const rmsNormCases: readonly OpCase[] = [
  rmsNormCase(1, 1),
  rmsNormCase(3, 5),
  rmsNormCase(7, 34),
  rmsNormCase(2, 148),
  rmsNormCase(2, 6, { size: 0.01, eps: 1e-3 }),
];
