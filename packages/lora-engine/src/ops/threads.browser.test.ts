/** Work that is large enough to be shared: the same bits on one thread and on several. Small work is in opsOnWasm.browser.test.ts. */
import * as tf from "@tensorflow/tfjs";
import { describe, expect, test } from "vitest";
import { useBackend } from "../backends/testBackend.ts";
import { runRows } from "../kernels/wasmKernels.ts";
import { attention } from "./attention/attention.ts";
import { causalBias, paddingBias } from "./attention/attentionBias.ts";
import { exactGelu } from "./exactGelu/exactGelu.ts";
import { frozenLinear } from "./frozenLinear.ts";
import type { WeightPrecision } from "./frozenMatrix/frozenMatrix.ts";
import { gelu } from "./gelu/gelu.ts";
import { layerNorm } from "./layerNorm/layerNorm.ts";
import { loraLinear } from "./loraLinear/loraLinear.ts";
import { maskedCrossEntropy } from "./maskedCrossEntropy/maskedCrossEntropy.ts";
import { rmsNorm } from "./rmsNorm/rmsNorm.ts";
import { rotary } from "./rotary/rotary.ts";
import { rotaryTable } from "./rotary/rotaryTable.ts";
import { rowMeans } from "./rowMeans/rowMeans.ts";
import { rowOffsets } from "./selfAttention/rowOffsets.ts";
import { selfAttention } from "./selfAttention/selfAttention.ts";
import { swiglu } from "./swiglu/swiglu.ts";

interface SharedCase {
  readonly name: string;
  readonly shapes: readonly (readonly number[])[];
  /** Makes what is frozen, and returns the op over it. */
  readonly op: () => (inputs: readonly tf.Tensor[]) => tf.Tensor;
}

/** Seeds one apart give unrelated values. */
function tensorOf(shape: readonly number[], seed: number, round = (value: number) => value): tf.Tensor {
  const length = shape.reduce((product, extent) => product * extent, 1);
  return tf.tensor(
    Float32Array.from({ length }, (_, i) => round(2 * Math.sin(i * i + seed))),
    [...shape],
  );
}

/** Few rows are scalar products, narrow outputs are shared by rows, wide ones by columns. */
function linear(rows: number, [inFeatures, outFeatures, rank]: [number, number, number], precision: WeightPrecision): SharedCase {
  // "exact" packs what float16 holds; eighths it does.
  const eighths = (value: number) => Math.round(8 * value) / 8;
  return {
    name: `loraLinear [${rows}, ${inFeatures}] to ${outFeatures}, R = ${rank}, ${precision}`,
    shapes: [
      [rows, inFeatures],
      [rank, inFeatures],
      [outFeatures, rank],
    ],
    op: () => {
      const data = Float32Array.from(tensorOf([outFeatures, inFeatures], 101, eighths).dataSync());
      const bias = tensorOf([outFeatures], 102).as1D();
      const frozen = frozenLinear({ shape: [outFeatures, inFeatures], data }, { bias, stored: "out-in", precision });
      return ([x, a, b]) => {
        const factors = { a: a!.as2D(rank, inFeatures), b: b!.as2D(outFeatures, rank) };
        return loraLinear(x!.as2D(rows, inFeatures), frozen, { factors, scale: 1.75, dropout: { rate: 0.1, seed: 11 } });
      };
    },
  };
}

function attending(mask: string, bias: () => tf.Tensor4D): SharedCase {
  const [q, k] = [
    [3, 6, 61, 20],
    [3, 2, 61, 20],
  ] as const;
  return {
    name: `attention with grouped keys, ${mask}`,
    shapes: [q, k, k],
    op: () => {
      const options = { scale: 0.25, bias: bias() };
      return ([x, y, z]) => attention({ q: x!.as4D(...q), k: y!.as4D(...k), v: z!.as4D(...k) }, options);
    },
  };
}

/** Rows of many lengths, a table longer than all of them. */
function amongThemselves(causal: boolean): SharedCase {
  const [heads, keyHeads, headWidth] = [6, 2, 20];
  const offsets = rowOffsets([61, 130, 7, 24]);
  return {
    name: `selfAttention with grouped keys, ${causal ? "causal" : "all"}`,
    shapes: [[222, (heads + 2 * keyHeads) * headWidth]],
    op: () => {
      const table = rotaryTable({
        start: 0,
        length: 131,
        frequencies: Array.from({ length: headWidth / 2 }, (_, i) => 10 ** -i),
      });
      const options = { heads, keyHeads, headWidth, offsets, scale: 0.25, causal, table };
      return ([x]) => selfAttention(x as tf.Tensor2D, options);
    },
  };
}

function byRows(name: string, count: number, op: (inputs: readonly tf.Tensor2D[], weight: tf.Tensor1D) => tf.Tensor): SharedCase {
  const shape = [1203, 131] as const;
  return {
    name,
    shapes: Array.from({ length: count }, () => shape),
    op: () => {
      const weight = tensorOf([shape[1]], 103).as1D();
      return (inputs) =>
        op(
          inputs.map((input) => input.as2D(...shape)),
          weight,
        );
    },
  };
}

const HEADS = [8, 16, 61, 34] as const;
const turning: SharedCase = {
  name: "rotary",
  shapes: [HEADS],
  op: () => {
    const frequencies = Array.from({ length: HEADS[3] / 2 }, (_, i) => 10 ** -i);
    const table = rotaryTable({ start: 0, length: HEADS[2], frequencies });
    return ([x]) => rotary(x!.as4D(...HEADS), table);
  },
};

const cases: readonly SharedCase[] = [
  linear(67, [130, 203, 5], "exact"),
  linear(67, [130, 203, 5], "int8"),
  linear(67, [130, 203, 5], "int4"),
  linear(3, [301, 3001, 9], "exact"),
  linear(3, [301, 3001, 9], "int4"),
  linear(701, [301, 33, 5], "exact"),
  attending("causal", () => causalBias(61)),
  attending("padded", () => paddingBias([61, 40, 7], 61)),
  amongThemselves(true),
  amongThemselves(false),
  byRows("rowMeans", 1, ([x]) => rowMeans(x!, rowOffsets([600, 3, 400, 200]))),
  byRows("rmsNorm", 1, ([x], weight) => rmsNorm(x!, weight, 1e-5)),
  byRows("layerNorm", 1, ([x], weight) => layerNorm(x!, { weight, bias: weight }, 1e-5)),
  byRows("gelu", 1, ([x]) => gelu(x!)),
  byRows("exactGelu", 1, ([x]) => exactGelu(x!)),
  byRows("maskedCrossEntropy", 1, ([logits]) => {
    const targets = Array.from({ length: 1203 }, (_, row) => (row % 7 === 0 ? -1 : (row * 13) % 131));
    return maskedCrossEntropy(logits!, tf.tensor1d(targets, "int32"));
  }),
  byRows("swiglu", 2, ([gate, up]) => swiglu(tf.concat([gate!, up!], 1))),
  turning,
];

async function bitsOn(threads: number, { shapes, op }: SharedCase): Promise<Int32Array> {
  expect((await useBackend("wasm", threads)).threads).toBe(threads);
  const found = tf.tidy(() => {
    const inputs = shapes.map((shape, i) => tensorOf(shape, i));
    const run = op();
    const value = run(inputs);
    const upstream = tensorOf(value.shape, 104);
    return [value, ...tf.grads((...args: tf.Tensor[]) => run(args))(inputs, upstream)];
  });
  const values = found.flatMap((tensor) => [...tensor.dataSync()]);
  tf.dispose(found);
  return new Int32Array(Float32Array.from(values).buffer);
}

describe("kernels on several threads", () => {
  test.each(cases.map((shared): [string, SharedCase] => [shared.name, shared]))("%s", async (_, shared) => {
    const alone = await bitsOn(1, shared);
    const together = await bitsOn(2, shared);
    expect(alone.some((bits) => bits !== 0)).toBe(true);
    expect(together.length).toBe(alone.length);
    expect(together.findIndex((bits, i) => bits !== alone[i])).toBe(-1);
  });

  test("a kernel that fails in a thread is an error, and one thread goes on", async () => {
    await useBackend("wasm", 2);
    const nowhere = 2 ** 32 - 64;
    expect(() => runRows("gelu", { rows: 1e6, width: 1, cost: 20 }, (_, count) => [nowhere, count, nowhere])).toThrow(
      "A kernel failed in one of its threads",
    );
    expect(await tf.tidy(() => gelu(tf.zeros([700, 130]))).data()).toEqual(new Float32Array(91_000));
    expect((await useBackend("wasm", 2)).threads).toBe(2);
  });
});
