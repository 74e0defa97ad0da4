/** Cases of residualNorm: both norms, and a gradient of both outputs, as a layer has. */
import * as tf from "@tensorflow/tfjs";
import { layerNormForward, layerNormGradient } from "../layerNorm/layerNorm.reference.ts";
import { rmsNormForward, rmsNormGradient } from "../rmsNorm/rmsNorm.reference.ts";
import { noise, noiseInput, type OpCase } from "../testing/opCase.ts";
import { residualNorm } from "./residualNorm.ts";

const EPS = 1e-5;

/** The output is the sum, and under it its norm. */
function residualNormCase(rows: number, width: number, biased: boolean): OpCase {
  const weight = noise(width, "weight");
  const bias = noise(width, "bias");
  const size = rows * width;
  const added = (x: Float64Array, delta: Float64Array) => x.map((value, i) => value + delta[i]!);
  return {
    name: `[${rows}, ${width}], ${biased ? "layer norm" : "root mean square"}`,
    inputs: [noiseInput([rows, width], "x"), noiseInput([rows, width], "delta")],
    op: () => {
      const frozen = {
        weight: tf.tensor1d(Float32Array.from(weight)),
        bias: biased ? tf.tensor1d(Float32Array.from(bias)) : null,
        eps: EPS,
      };
      return ([x, delta]) => {
        const { sum, normed } = residualNorm(x!.as2D(rows, width), delta!.as2D(rows, width), frozen);
        return tf.concat([sum, normed], 0);
      };
    },
    reference: ([x, delta]) => {
      const sum = added(x!, delta!);
      const normed = biased ? layerNormForward(sum, weight, bias, EPS) : rmsNormForward(sum, weight, EPS);
      return Float64Array.from([...sum, ...normed]);
    },
    gradients: ([x, delta], dy) => {
      const sum = added(x!, delta!);
      const gradientOf = biased ? layerNormGradient : rmsNormGradient;
      const gradient = added(dy.slice(0, size), gradientOf(sum, weight, EPS, dy.slice(size)));
      return [gradient, gradient];
    },
  };
}

export const residualNormCases: readonly OpCase[] = [
  residualNormCase(1, 3, false),
  residualNormCase(7, 34, true),
  residualNormCase(2, 148, false),
  residualNormCase(4, 16, true),
];
