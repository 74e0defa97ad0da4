/** Cases of layerNorm: widths that are no multiple of 4, a row near zero where eps counts, rows far from zero. */
import * as tf from "@tensorflow/tfjs";
import { noise, noiseInput, type OpCase } from "../testing/opCase.ts";
import { layerNormForward, layerNormGradient } from "./layerNorm.reference.ts";
import { layerNorm } from "./layerNorm.ts";

function layerNormCase(rows: number, width: number, { size = 1, offset = 0, eps = 1e-6 } = {}): OpCase {
  const weight = noise(width, "weight");
  const bias = noise(width, "bias");
  const { shape, data } = noiseInput([rows, width], "x");
  return {
    name: `x [${rows}, ${width}] of size ${size} around ${offset}`,
    inputs: [{ shape, data: data.map((value) => Math.fround(offset + size * value)) }],
    op: () => {
      const frozen = { weight: tf.tensor1d(Float32Array.from(weight)), bias: tf.tensor1d(Float32Array.from(bias)) };
      return ([x]) => layerNorm(x!.as2D(rows, width), frozen, eps);
    },
    reference: ([x]) => layerNormForward(x!, weight, bias, eps),
    gradients: ([x], dy) => [layerNormGradient(x!, weight, eps, dy)],
  };
}

export const layerNormCases: readonly OpCase[] = [
  layerNormCase(1, 3),
  layerNormCase(7, 34),
  layerNormCase(2, 148),
  layerNormCase(2, 6, { size: 0.01, eps: 1e-3 }),
  layerNormCase(4, 16, { size: 3, offset: 5 }),
];
