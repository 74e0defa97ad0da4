import * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, test } from "vitest";
import { useBackend } from "../../backends/testBackend.ts";
import { type FrozenMatrix, frozenMatrix } from "../frozenMatrix/frozenMatrix.ts";
import { expectClose } from "../testing/expectClose.ts";
import { product as inFloat64, type Matrix, transposed } from "../testing/matrix.ts";
import { noise } from "../testing/opCase.ts";
import { product } from "./product.ts";

const matrix = (rows: number, cols: number, label: string): Matrix => ({ rows, cols, data: noise(rows * cols, label) });
const upload = ({ rows, cols, data }: Matrix) => tf.tensor2d(Float32Array.from(data), [rows, cols]);

/** Values that 8 bits hold exactly. */
const short = (values: Float64Array) => values.map((value) => Math.round(value * 32) / 32);

describe("product with a packed matrix on webgpu", () => {
  beforeAll(async () => {
    await useBackend("webgpu");
  });

  // 44 columns: two groups of 32 in a row, and an int4 row that ends within a word.
  test.each([
    ["exact", "f16", 1],
    ["exact", "bf16", 2 ** 30],
    ["int8", "int8", 1],
    ["int4", "int4", 1],
  ] as const)("%s: both ways, as with the values that %s keeps", async (precision, format, unit) => {
    const weight = { rows: 20, cols: 44, data: short(noise(20 * 44, "weight")).map((value) => unit * value) };
    const x = matrix(5, 44, "x");
    const dy = matrix(5, 20, "dy");
    const packed = frozenMatrix({ shape: [20, 44], data: Float32Array.from(weight.data) }, precision);
    expect(packed.format).toBe(format);
    const kept: Matrix = { ...weight, data: precision === "exact" ? weight.data : await expanded(packed) };
    const [forward, backward] = tf.tidy(() => [
      product([{ form: "nt", left: upload(x), right: packed }]),
      product([{ form: "nn", left: upload(dy), right: packed }]),
    ]);
    // float32 sums of up to 44 products of normal values.
    const tolerance = { relative: 1e-5, absolute: 1e-5 * unit };
    expectClose((await forward?.data()) ?? [], inFloat64(x, transposed(kept)).data, tolerance);
    expectClose((await backward?.data()) ?? [], inFloat64(dy, kept).data, tolerance);
    tf.dispose([forward, backward, packed.stored, packed.scales].flatMap((tensor) => tensor ?? []));
  });
});

/** The values of an int8 or int4 matrix by the definition in packBlocks.ts. */
async function expanded({ shape: [rows, cols], format, stored, scales }: FrozenMatrix): Promise<Float64Array> {
  const words = await stored.data();
  const factors = (await scales?.data()) ?? [];
  const [perWord, bits, zero] = format === "int8" ? [4, 8, 0] : [8, 4, 8];
  return Float64Array.from({ length: rows * cols }, (_, i) => {
    const [row, column] = [Math.floor(i / cols), i % cols];
    const word = words[row * Math.ceil(cols / perWord) + Math.floor(column / perWord)] as number;
    const code = (word >>> (bits * (column % perWord))) & (2 ** bits - 1);
    const signed = format === "int8" && code > 127 ? code - 256 : code - zero;
    return signed * (factors[row * Math.ceil(cols / 32) + Math.floor(column / 32)] as number);
  });
}
