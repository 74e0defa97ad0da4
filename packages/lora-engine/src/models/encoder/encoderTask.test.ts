import { encoderLinears } from "@duet/lora-core/architectures/encoderConfig";
import * as tf from "@tensorflow/tfjs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createStockEncoder } from "../../../bench/stockEncoder.ts";
import { useBackend } from "../../backends/testBackend.ts";
import { expectClose } from "../../ops/testing/expectClose.ts";
import type { DeviceAdapter, Example, LanguageModel, TaskModel } from "../languageModel.ts";
import { randomCheckpoint, randomTensor, smallConfig, smallTokenizer } from "../testing/randomEncoder.ts";
import { embedTexts } from "./encoderForward.ts";
import { disposeEncoderWeights, loadEncoderWeights } from "./encoderWeights.ts";
import { createUseLite } from "./useLite.ts";

const RANK = 3;
const LABELS = ["abc", "gh a", "ddd bb", "e"];
const ROWS = [
  { line: 1, input: "abcd efgh", answer: "gh a" },
  { line: 2, input: "a", answer: "abc" },
  { line: 3, input: "hgf zz edcba hgfedcba a a a a", answer: "e" },
  { line: 4, input: "ddd", answer: "ddd bb" },
];
const checkpoint = randomCheckpoint(smallConfig);
const linears = encoderLinears(smallConfig);

/** Variables for every linear module; B is far from its usual start at zero, so that A has a gradient too. */
function trainableAdapter(): { adapter: DeviceAdapter; variables: tf.Variable[] } {
  const factors = linears.map(({ name, inFeatures, outFeatures }) => {
    const variable = (shape: [number, number], label: string) =>
      tf.variable<tf.Rank.R2>(tf.tensor2d(randomTensor(shape, label).data, shape), true, `${label} ${tf.getBackend()}`);
    return [name, { a: variable([RANK, inFeatures], `${name} A`), b: variable([outFeatures, RANK], `${name} B`) }] as const;
  });
  return { adapter: { scale: 1.7, factors: new Map(factors) }, variables: factors.flatMap(([, { a, b }]) => [a, b]) };
}

describe.each(["cpu", "wasm"] as const)("encoder task on %s", (backend) => {
  let model: LanguageModel;
  let task: TaskModel;
  let batch: Example[];
  let trained: ReturnType<typeof trainableAdapter>;
  beforeAll(async () => {
    await useBackend(backend);
    model = createUseLite({ config: smallConfig, weights: checkpoint, tokenizer: smallTokenizer });
    task = await model.prepare({ kind: "label", labels: LABELS });
    batch = ROWS.map((row) => task.encode(row, 24));
    trained = trainableAdapter();
  });
  afterAll(() => {
    tf.dispose(trained.variables);
    task.dispose();
    model.dispose();
  });

  it("has the loss and the gradients of the same model written in stock ops", () => {
    const labels = LABELS.map((label) => Int32Array.from(smallTokenizer.encode(label)));
    const stock = createStockEncoder({ config: smallConfig, checkpoint, labels, temperature: 16 });
    const ours = tf.variableGrads(() => task.loss(batch, trained.adapter, null), trained.variables);
    const theirs = tf.variableGrads(() => stock.loss(batch, trained.adapter), trained.variables);
    expectClose(ours.value.dataSync(), theirs.value.dataSync(), { relative: 1e-5, absolute: 0, what: "loss" });
    for (const { name } of trained.variables) {
      const expected = theirs.grads[name]?.dataSync() ?? [];
      const largest = Math.max(...Array.from(expected, Math.abs));
      expect(largest, name).toBeGreaterThan(1e-4);
      expectClose(ours.grads[name]?.dataSync() ?? [], expected, { relative: 1e-3, absolute: 1e-4 * largest, what: name });
    }
    stock.dispose();
    tf.dispose([ours, theirs]);
  });

  it("scores rows with the loss it trains on, whatever else is in the batch", async () => {
    const together = await task.score(batch, trained.adapter);
    const alone = await Promise.all(batch.map((example) => task.score([example], trained.adapter)));
    expectClose(
      together.map(({ lossSum }) => lossSum),
      alone.flat().map(({ lossSum }) => lossSum),
      { relative: 1e-4, absolute: 1e-5 },
    );
    expect(together.map(({ label }) => label)).toEqual(alone.flat().map(({ label }) => label));
    const loss = tf.tidy(() => task.loss(batch, trained.adapter, null).dataSync());
    const mean = together.reduce((sum, { lossSum, units }) => sum + lossSum / units, 0) / batch.length;
    expectClose(loss, [mean], { relative: 1e-5, absolute: 0 });
  });

  it("predicts a label whose own text is the input, with the untouched base", async () => {
    const examples = LABELS.map((label, line) => task.encode({ line, input: label, answer: label }, 24));
    const scored = await task.score(examples, null);
    expect(scored.map(({ label }) => label)).toEqual([0, 1, 2, 3]);
  });

  it("drops other elements for another seed, and the same for the same", () => {
    const lossOf = (seed: number) =>
      tf.tidy(
        () => task.loss(batch, trained.adapter, { dropout: { rate: 0.4, seed }, recompute: false }).dataSync()[0] ?? Number.NaN,
      );
    expect(lossOf(1)).toBe(lossOf(1));
    expect(lossOf(1)).not.toBeCloseTo(lossOf(2), 3);
  });

  it("drops elements of every token, not of a text's mean", () => {
    const weights = loadEncoderWeights(smallConfig, checkpoint);
    const dropout = { rate: 0.4, seed: 3 };
    const logits = (meansFirst: boolean) =>
      tf.tidy(() => {
        const embed = (texts: readonly Int32Array[], adapter: DeviceAdapter | null) =>
          embedTexts(
            { config: smallConfig, weights, adapter, dropout: adapter && dropout, meansFirst: meansFirst && !!adapter },
            texts,
          );
        const labels = embed(
          LABELS.map((label) => Int32Array.from(smallTokenizer.encode(label))),
          null,
        );
        const texts = batch.map(({ tokens }) => tokens);
        return tf.matMul(embed(texts, trained.adapter), labels, false, true).mul(16).dataSync();
      });
    const ours = tf.tidy(() => task.logits(batch, trained.adapter, { dropout, recompute: false }).dataSync());
    expectClose(ours, logits(false), { relative: 1e-4, absolute: 1e-4 });
    const off = Math.max(...Array.from(ours, (value, i) => Math.abs(value - (logits(true)[i] ?? Number.NaN))));
    expect(off).toBeGreaterThan(0.01);
    disposeEncoderWeights(weights);
  });

  it("frees everything but its weights, and those when disposed", async () => {
    const before = tf.memory().numTensors;
    const second = createUseLite({ config: smallConfig, weights: checkpoint, tokenizer: smallTokenizer });
    const bound = await second.prepare({ kind: "label", labels: LABELS });
    const held = tf.memory().numTensors;
    const { value, grads } = tf.variableGrads(() => bound.loss(batch, trained.adapter, null), trained.variables);
    tf.dispose([value, grads]);
    await bound.score(batch, trained.adapter);
    expect(tf.memory().numTensors).toBe(held);
    bound.dispose();
    second.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe("rows of an encoder task", () => {
  let task: TaskModel;
  let model: LanguageModel;
  beforeAll(async () => {
    await useBackend("cpu");
    model = createUseLite({ config: smallConfig, weights: checkpoint, tokenizer: smallTokenizer });
    task = await model.prepare({ kind: "label", labels: LABELS });
  });
  afterAll(() => {
    task.dispose();
    model.dispose();
  });
  const row = (input: string, answer = "abc") => ({ line: 7, input, answer });

  it("are cut to the tokens wanted, and to what the model can read", () => {
    expect([...task.encode(row("abcdefgh"), 5).tokens]).toEqual([1, 2, 3, 4, 5]);
    expect(task.encode(row("a".repeat(1000)), 500).tokens).toHaveLength(smallConfig.maxTokens);
    expect(task.encode(row("abcdefgh"), 5)).toMatchObject({ answerStart: 5, label: 0 });
  });

  it("are one unknown token where nothing can be read", () => {
    expect([...task.encode(row(""), 5).tokens]).toEqual([0]);
  });

  it("are refused with an answer outside the labels", () => {
    expect(() => task.encode(row("abc", "abcd"), 5)).toThrow('Line 7: "abcd" is not one of the labels');
  });

  it("cannot be a text task", async () => {
    await expect(model.prepare({ kind: "text" })).rejects.toMatchObject({ code: "UNSUPPORTED_TASK" });
  });
});
