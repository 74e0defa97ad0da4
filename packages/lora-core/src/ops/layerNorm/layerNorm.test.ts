import * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, it } from "vitest";
import { useBackend } from "../../backends/testBackend.ts";
import { normal, random } from "../../tensors/random.ts";
import { expectClose } from "../testing/expectClose.ts";
import { layerNormForward, layerNormGradient } from "./layerNorm.reference.ts";
import { layerNorm } from "./layerNorm.ts";

const EPSILON = 1e-6;

/** Normal draws around `offset`, already rounded to float32 so that op and reference read the same numbers. */
function draws(size: number, label: string, { scale = 1, offset = 0 } = {}): Float64Array {
  const uniform = random(5, label);
  return Float64Array.from({ length: size }, () => Math.fround(offset + scale * normal(uniform)));
}

describe("layerNorm.reference", () => {
  it("normalises a row by its mean and variance", () => {
    // Mean 3, variance 2 for both rows; the second is the first, shifted by 10 and reversed.
    const x = Float64Array.of(1, 2, 3, 4, 5, 15, 14, 13, 12, 11);
    const y = layerNormForward(x, Float64Array.of(1, 1, 2, 1, 1), Float64Array.of(0, 0.5, 7, 0, 0), 0);
    const unit = 1 / Math.sqrt(2);
    expectClose(y, [-2 * unit, 0.5 - unit, 7, unit, 2 * unit, 2 * unit, 0.5 + unit, 7, -unit, -2 * unit], {
      relative: 1e-12,
      absolute: 1e-12,
    });
  });

  it("has the gradient that finite differences show", () => {
    const [rows, width] = [3, 7];
    const x = draws(rows * width, "x", { scale: 2, offset: 1 });
    const weight = draws(width, "weight");
    const bias = draws(width, "bias");
    const dy = draws(rows * width, "dy");
    const value = (input: Float64Array) =>
      layerNormForward(input, weight, bias, EPSILON).reduce((sum, y, i) => sum + y * (dy[i] ?? 0), 0);
    const step = 1e-5;
    const numeric = x.map((_, i) => {
      const moved = (by: number) => value(x.map((other, j) => (i === j ? other + by : other)));
      return (moved(step) - moved(-step)) / (2 * step);
    });
    expectClose(layerNormGradient(x, weight, EPSILON, dy), numeric, { relative: 1e-6, absolute: 1e-8 });
  });
});

describe.each(["cpu", "wasm"] as const)("layerNorm on %s", (backend) => {
  beforeAll(() => useBackend(backend));

  it.each([
    [1, 3, { scale: 1, offset: 0 }],
    [5, 33, { scale: 1e-3, offset: 0 }],
    [4, 256, { scale: 3, offset: 20 }],
  ])("agrees with the reference for [%i, %i], values %o", async (rows, width, values) => {
    const x = draws(rows * width, "x", values);
    const weight = draws(width, "weight");
    const bias = draws(width, "bias");
    const dy = draws(rows * width, "dy");
    const before = tf.memory().numTensors;
    const [y, dx] = tf.tidy(() => {
      const weights = { weight: tf.tensor1d([...weight]), bias: tf.tensor1d([...bias]) };
      const run = (input: tf.Tensor) => layerNorm(input.as2D(rows, width), weights, EPSILON);
      const input = tf.tensor2d([...x], [rows, width]);
      return [
        run(input).dataSync(),
        tf
          .grad(run)(input, tf.tensor2d([...dy], [rows, width]))
          .dataSync(),
      ];
    });
    expect(tf.memory().numTensors).toBe(before);
    // Centring loses the digits of the offset: |offset| / scale * 2^-24, some 4e-7 here at most, grown by a norm's 1 / scale.
    const largest = Math.max(...layerNormGradient(x, weight, EPSILON, dy).map(Math.abs));
    expectClose(y, layerNormForward(x, weight, bias, EPSILON), { relative: 1e-5, absolute: 1e-5, what: "y" });
    expectClose(dx, layerNormGradient(x, weight, EPSILON, dy), { relative: 1e-4, absolute: 1e-5 * largest, what: "dx" });
  });

  it("refuses weights of another width", () => {
    const weights = { weight: tf.ones<tf.Rank.R1>([3]), bias: tf.ones<tf.Rank.R1>([4]) };
    expect(() => layerNorm(tf.ones([2, 4]), weights, EPSILON)).toThrow(RangeError);
  });
});
