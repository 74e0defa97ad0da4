import * as tf from "@tensorflow/tfjs";
import { expect, it } from "vitest";
import { expectClose } from "../testing/expectClose.ts";
import { testOpOn, testReference } from "../testing/testOp.ts";
import { layerNormCases } from "./layerNorm.cases.ts";
import { layerNormForward } from "./layerNorm.reference.ts";
import { layerNorm } from "./layerNorm.ts";

testReference("layerNorm", layerNormCases);
testOpOn("cpu", "layerNorm", layerNormCases);
testOpOn("wasm", "layerNorm", layerNormCases);

it("normalises a row by its mean and variance", () => {
  // Mean 3 and variance 2; the second row is the first, shifted by 10 and reversed.
  const x = Float64Array.of(1, 2, 3, 4, 5, 15, 14, 13, 12, 11);
  const y = layerNormForward(x, Float64Array.of(1, 1, 2, 1, 1), Float64Array.of(0, 0.5, 7, 0, 0), 0);
  const unit = 1 / Math.sqrt(2);
  const expected = [-2 * unit, 0.5 - unit, 7, unit, 2 * unit, 2 * unit, 0.5 + unit, 7, -unit, -2 * unit];
  expectClose(y, expected, { relative: 1e-12, absolute: 1e-12 });
});

it("refuses weights of another width", () => {
  const weights = { weight: tf.ones<tf.Rank.R1>([3]), bias: tf.ones<tf.Rank.R1>([4]) };
  expect(() => layerNorm(tf.ones([2, 4]), weights, 1e-6)).toThrow(RangeError);
});
