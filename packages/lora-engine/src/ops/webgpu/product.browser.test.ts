import * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, test } from "vitest";
import { useBackend } from "../../backends/testBackend.ts";
import { expectClose } from "../testing/expectClose.ts";
import { product as inFloat64, type Matrix, transposed } from "../testing/matrix.ts";
import { noise } from "../testing/opCase.ts";
import { product } from "./product.ts";

const matrix = (rows: number, cols: number, label: string): Matrix => ({
  rows,
  cols,
  data: noise(rows * cols, label, rows, cols),
});
const upload = ({ rows, cols, data }: Matrix) => tf.tensor2d(Float32Array.from(data), [rows, cols]);

/** Tiles of 1, 4 and 8 rows with edges, depths that are a multiple of 4 and that are not, and sizes for one element per thread. */
const SIZES = [
  [2, 12, 8],
  [13, 20, 6],
  [260, 132, 12],
  [4, 8, 5],
  [5, 7, 3],
] as const;

describe("product on webgpu", () => {
  beforeAll(async () => {
    await useBackend("webgpu");
  });

  test.each(SIZES.flatMap(([m, n, k]) => (["nt", "nn", "tn"] as const).map((form) => [form, m, n, k] as const)))(
    "%s: [%i, %i] over %i, masked, scaled, with a second term and a bias",
    async (form, m, n, k) => {
      const left = matrix(m, k, "left");
      const right = matrix(k, n, "right");
      const inner = matrix(m, 3, "inner");
      const outer = matrix(3, n, "outer");
      const mask = noise(m * n, "mask");
      const bias = noise(n, "bias");
      const first = inFloat64(inner, outer).data;
      const wanted = inFloat64(left, right).data.map((value, i) => 1.75 * (value + first[i]! * mask[i]!) + bias[i % n]!);
      const before = tf.memory().numTensors;
      const found = tf.tidy(() =>
        product(
          [
            { form: "nn", left: upload(inner), right: upload(outer), mask: upload({ rows: m, cols: n, data: mask }) },
            {
              form,
              left: upload(form === "tn" ? transposed(left) : left),
              right: upload(form === "nt" ? transposed(right) : right),
            },
          ],
          { scale: 1.75, bias: tf.tensor1d(Float32Array.from(bias)) },
        ),
      );
      expect(found.shape).toEqual([m, n]);
      // float32 sums of at most 15 products of normal values.
      expectClose(await found.data(), wanted, { relative: 1e-5, absolute: 1e-5 });
      found.dispose();
      expect(tf.memory().numTensors).toBe(before);
    },
  );
});
