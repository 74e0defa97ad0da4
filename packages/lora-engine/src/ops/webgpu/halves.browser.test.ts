/** Products in float16, where the device has them: in SwiftShader it has not, and they are the float32 ones, bit by bit. */
import * as tf from "@tensorflow/tfjs";
import { expect, test } from "vitest";
import { useBackend } from "../../backends/testBackend.ts";
import { frozenMatrix } from "../frozenMatrix/frozenMatrix.ts";
import { product as inFloat64, type Matrix, transposed } from "../testing/matrix.ts";
import { noise } from "../testing/opCase.ts";
import { hasHalves } from "./halves.ts";
import { product } from "./product.ts";
import { webgpuBackend } from "./webgpuBackend.ts";

const ROWS = 37;
const OUT = 40;

async function bothWays(x: Matrix, dy: Matrix, weight: Matrix, halves: boolean) {
  await useBackend("webgpu", 1, { halves });
  const upload = ({ rows, cols, data }: Matrix) => tf.tensor2d(Float32Array.from(data), [rows, cols]);
  const packed = frozenMatrix({ shape: [weight.rows, weight.cols], data: Float32Array.from(weight.data) }, "exact");
  expect(packed.format).toBe("f16");
  const found = tf.tidy(() => [
    product([{ form: "nt", left: upload(x), right: packed }]),
    product([{ form: "nn", left: upload(dy), right: packed }]),
  ]);
  const [forward = [], backward = []] = await Promise.all(found.map((tensor) => tensor.data()));
  tf.dispose([found, packed.stored]);
  return { forward: [...forward], backward: [...backward], isHalved: hasHalves(webgpuBackend().device) };
}

test.each([44, 512])("x W^T over %i is within float16's error of the products, dy W is float32's own", async (depth) => {
  const weight = { rows: OUT, cols: depth, data: noise(OUT * depth, "weight").map((value) => Math.round(value * 256) / 256) };
  const x = { rows: ROWS, cols: depth, data: noise(ROWS * depth, "x").map(Math.fround) };
  const dy = { rows: ROWS, cols: OUT, data: noise(ROWS * OUT, "dy").map((value) => Math.fround(1e-6 * value)) };
  const plain = await bothWays(x, dy, weight, false);
  const halved = await bothWays(x, dy, weight, true);
  const hasFeature = (await navigator.gpu.requestAdapter())?.features.has("shader-f16") ?? false;
  expect([plain.isHalved, halved.isHalved]).toEqual([false, hasFeature]);
  expect(halved.backward).toEqual(plain.backward);
  const wanted = inFloat64(x, transposed(weight)).data;
  const sizes = inFloat64({ ...x, data: x.data.map(Math.abs) }, transposed({ ...weight, data: weight.data.map(Math.abs) })).data;
  // x is rounded, then its product, then sums of two and of four: each by 2^-11 of at most the sum of all sizes.
  const errors = halved.forward.map((value, i) => Math.abs(value - wanted[i]!) / sizes[i]!);
  expect(Math.max(...errors)).toBeLessThanOrEqual(4 * 2 ** -11);
  if (hasFeature) expect(halved.forward).not.toEqual(plain.forward);
  else expect(halved.forward).toEqual(plain.forward);
});
