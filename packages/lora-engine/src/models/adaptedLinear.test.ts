import * as tf from "@tensorflow/tfjs";
import { beforeAll, expect, it } from "vitest";
import { useBackend } from "../backends/testBackend.ts";
import { frozenLinear } from "../ops/frozenLinear.ts";
import { adaptedLinear } from "./adaptedLinear.ts";

const WIDTH = 32;

beforeAll(async () => {
  await useBackend("cpu");
});

it("every module drops inputs of its own, the same ones again with the same seed", () => {
  tf.tidy(() => {
    const names = ["query", "key"];
    const zeros = () =>
      frozenLinear({ shape: [1, WIDTH], data: new Float32Array(WIDTH) }, { bias: null, stored: "out-in", precision: "exact" });
    // A picks every input with a weight of its own, so that the output tells which were dropped.
    const factors = () => ({
      a: tf.variable(tf.tensor2d([Array.from({ length: WIDTH }, (_, i) => 1 + i ** 2)])),
      b: tf.variable(tf.ones<tf.Rank.R2>([1, 1])),
    });
    const pass = {
      weights: { linears: new Map(names.map((name) => [name, zeros()])) },
      adapter: { factors: new Map(names.map((name) => [name, factors()])), scale: 1, dispose: () => {} },
      dropout: { rate: 0.5, seed: 7 },
    };
    const x = tf.ones<tf.Rank.R2>([1, WIDTH]);
    const of = (name: string, seed = 7) =>
      adaptedLinear({ ...pass, dropout: { rate: 0.5, seed } }, name, x).dataSync()[0] ?? Number.NaN;
    expect(of("query")).toBe(of("query"));
    expect(of("query")).not.toBe(of("key"));
    expect(of("query")).not.toBe(of("query", 8));
  });
});
