/** Trying adapters out on the real small decoder and wasm: the same figures as in a round, one answer at a time, rounds first. */

import { decodeAdapter, encodeAdapter } from "@duet/lora-core/adapters/adapterCodec";
import { adapterLayout, layoutOf } from "@duet/lora-core/adapters/adapterLayout";
import { parseArchitecture } from "@duet/lora-core/architectures/modelConfig";
import { AS_THEY_ARE } from "@duet/lora-core/compression/uploadCoding";
import type { AnsweringAdapter } from "@duet/lora-core/contract/answering";
import type { EngineSetup } from "@duet/lora-core/contract/engineSetup";
import type { DataSplit } from "@duet/lora-core/data/row";
import { type Mix, mixed } from "@duet/lora-core/fusion/mix";
import { methodOf } from "@duet/lora-core/strategies/registry";
import { sentUpdate } from "@duet/lora-core/strategies/sentUpdate";
import type { Upload } from "@duet/lora-core/strategies/strategy";
import { l2Norm, linearCombination } from "@duet/lora-core/tensors/arithmetic";
import { random, shuffled } from "@duet/lora-core/tensors/random";
import * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, it } from "vitest";
import { testWasm } from "../backends/testBackend.ts";
import { readModelFolder } from "../models/testing/modelFolder.ts";
import { createLocalClient } from "./localClient.ts";
import type { TrainingEngine } from "./trainingEngine.ts";

const labels = ["error", "info"];
const setup: EngineSetup = {
  task: { kind: "label", labels },
  adapter: { rank: 2, alpha: 4, dropout: 0, targetModules: ["q_proj", "v_proj"] },
  training: { batchSize: 4, maxTokens: 24, learningRate: 4e-3, warmupSteps: 1, weightDecay: 0.01, clipNorm: 1 },
  seed: 5,
  clientSeed: 77,
};
const rows = (prefix: string, count: number) =>
  Array.from({ length: count }, (_, i) => ({
    line: i + 1,
    input: i % 2 === 0 ? `${prefix} disk ${i} failed to answer` : `${prefix} user ${i} logged in`,
    answer: labels[i % 2] as string,
  }));
// One row of every group of near-duplicates is measured: these are all different.
const fusion = [
  { line: 1, input: "parity error on the memory bus, giving up", answer: "error" },
  { line: 2, input: "accepted password for root from console", answer: "info" },
  { line: 3, input: "kernel panic: attempted to kill init", answer: "error" },
  { line: 4, input: "nightly backup finished in nine minutes", answer: "info" },
];
const split: DataSplit = { train: rows("a", 12), fusion, test: rows("c", 4) };
const round = {
  round: 0,
  plan: methodOf({ id: "local", config: {} }).plan(
    { local: { unit: "steps", amount: 6 }, inner: { unit: "steps", amount: 2 }, rounds: 1 },
    { round: 0, isNewcomer: false },
  ),
  received: null,
};
const PERSONAL: Mix = { kind: "factor", weights: [{ personal: 1, shared: 0 }] };
const HALVES = { personal: 0.5, shared: 0.5 };
const quiet = () => {};

let engine: TrainingEngine;
beforeAll(async () => {
  engine = createLocalClient(testWasm());
  await engine.open(readModelFolder("duet-tiny"), "wasm");
  await engine.prepare(setup, split);
  await engine.runRound(round, quiet);
});

describe("trying adapters out", () => {
  it("the untouched base tells training rows from test rows as little as it should, an adapter that has learned them by heart does", async () => {
    const heart = createLocalClient(testWasm());
    await heart.open(readModelFolder("duet-tiny"), "wasm");
    // Answers that nothing but the row itself tells.
    const answers = random(9, "answers");
    const words = "amber birch cedar delta ember fjord grove heron inlet jetty knoll larch maple north ochre plume".split(" ");
    const riddle = (i: number) => ({
      line: i,
      input: shuffled(words, answers).slice(0, 6).join(" "),
      answer: labels[answers() < 0.5 ? 0 : 1] as string,
    });
    const part = (count: number) => Array.from({ length: count }, (_, i) => riddle(i));
    await heart.prepare(
      { ...setup, training: { ...setup.training, learningRate: 0.02 } },
      { train: part(12), fusion, test: part(30) },
    );
    const plan = methodOf({ id: "local", config: {} }).plan(
      { local: { unit: "steps", amount: 60 }, inner: { unit: "steps", amount: 1 }, rounds: 1 },
      { round: 0, isNewcomer: false },
    );
    await heart.runRound({ round: 0, plan, received: null }, quiet);
    const base = await heart.measureRecognition(null);
    const learned = await heart.measureRecognition(PERSONAL);
    expect(base).toMatchObject({ train: 12, test: 30 });
    expect(base.recognition.interval?.[0]).toBeLessThan(0.5);
    expect(base.recognition.interval?.[1]).toBeGreaterThan(0.5);
    expect(learned.recognition.interval?.[0]).toBeGreaterThan(0.5);
    expect(await heart.measureRecognition(PERSONAL)).toEqual(learned);
  }, 120_000);

  it("tells training rows from test rows by what one update changed of their losses, as whoever reads uploads does, also over a restore", async () => {
    const client = createLocalClient(testWasm());
    await client.open(readModelFolder("duet-tiny"), "wasm");
    const learning = { ...setup, training: { ...setup.training, learningRate: 0.02 } };
    await client.prepare(learning, { train: rows("amber", 12), fusion, test: rows("zinc", 12) });
    await expect(client.measureRecognition("sent")).rejects.toMatchObject({ code: "ADAPTER_MISSING" });
    const plan = (round: number) =>
      methodOf({ id: "fedavg", config: {} }).plan(
        { local: { unit: "steps", amount: 1 }, inner: { unit: "steps", amount: 12 }, rounds: 1 },
        { round, isNewcomer: false },
      );
    const handedOut = (await client.checkpoint()).shared;
    const { upload } = await client.runRound({ round: 1, plan: plan(1), received: handedOut }, quiet);
    const own = (await client.checkpoint()).shared;
    const sent = await client.measureRecognition("sent");
    // By hand: what the coordinator has is the adapter of before, and what was sent.
    const layout = adapterLayout(parseArchitecture(readModelFolder("duet-tiny").config).linears, setup.adapter);
    const form = { layout, upload: plan(1).upload as Upload, coding: AS_THEY_ARE };
    const { before, after } = sentUpdate(form, upload as Uint8Array, decodeAdapter(handedOut, layout), null);
    expect(encodeAdapter(before, layout)).toEqual(handedOut);
    const apart = linearCombination([1, -1], [after, decodeAdapter(own, layout)]);
    expect(l2Norm(apart)).toBeLessThan(1e-6);
    const differently = await client.measureRecognition({ kind: "product", weights: { personal: 0, shared: 1 } });
    expect(sent.recognition).not.toEqual(differently.recognition);

    // Once something is served it is kept beside it.
    expect((await client.checkpoint()).sent).toBeUndefined();
    await client.runRound({ round: 2, plan: plan(2), received: own }, quiet);
    const kept = await client.checkpoint();
    expect(kept.sent?.before).toEqual(handedOut);
    await client.prepare(learning, { train: rows("amber", 12), fusion, test: rows("zinc", 12) });
    await client.restore(kept);
    expect(await client.measureRecognition("sent")).toEqual(sent);
  }, 60_000);

  it("predicts what the figures on the fusion rows count, base and personal differently", async () => {
    const inputs = fusion.map(({ input }) => input);
    const probabilities = new Map<string, number[]>();
    for (const [name, which] of [
      ["base", null],
      ["personal", PERSONAL],
      ["factor", { kind: "factor", weights: [HALVES] }],
      ["product", { kind: "product", weights: HALVES }],
    ] as const) {
      const predictions = await engine.predict(inputs, which);
      const right = predictions.filter(({ label }, row) => labels[label] === fusion[row]?.answer).length;
      const figure = await engine.measureFusion(which);
      expect(figure.accuracy).toBe(right / fusion.length);
      expect(figure.loss).toBeGreaterThan(0.01);
      probabilities.set(
        name,
        predictions.map((prediction) => prediction.probabilities[0] ?? 0),
      );
    }
    const [base = [], personal = [], factor = [], product = []] = probabilities.values();
    for (const [row, value] of personal.entries()) {
      expect(Math.abs(value - (base[row] ?? 0))).toBeGreaterThan(1e-3);
      expect(Math.abs(value - (factor[row] ?? 0))).toBeGreaterThan(1e-4);
      expect(Math.abs((factor[row] ?? 0) - (product[row] ?? 0))).toBeGreaterThan(1e-4);
    }
  });

  it("tells which test rows an adapter gets wrong, and takes them for what it answers", async () => {
    const base = await engine.predict(
      split.test.map(({ input }) => input),
      null,
    );
    const wrong = await engine.mistakenRows(null);
    expect(wrong).toEqual(
      split.test.flatMap(({ line, input, answer }, row) => {
        const predicted = base[row]?.label ?? -1;
        return labels[predicted] === answer ? [] : [{ line, input, actual: labels.indexOf(answer), predicted }];
      }),
    );
    // An untrained adapter is sure of nothing: of four rows it gets some right and some wrong.
    expect(wrong.length).toBeGreaterThan(0);
    expect(wrong.length).toBeLessThan(split.test.length);
  });

  it("answers with what the client serves, of any rank, once there is something", async () => {
    const inputs = fusion.map(({ input }) => input);
    await expect(engine.predict(inputs, "served")).rejects.toThrow("no fused adapter before the fusing round");
    const before = await engine.checkpoint();
    // Twice the rank: both adapters side by side, as a fusion of products serves them.
    const layout = adapterLayout(parseArchitecture(readModelFolder("duet-tiny").config).linears, setup.adapter);
    const [personal, shared] = [decodeAdapter(before.personal, layout), decodeAdapter(before.shared, layout)];
    const sum = mixed(personal, shared, { kind: "product", weights: HALVES });
    await engine.restore({ ...before, served: encodeAdapter(sum, layoutOf(sum)) });
    const probabilitiesOf = async (which: AnsweringAdapter) =>
      (await engine.predict(inputs, which)).flatMap((prediction) => prediction.probabilities);
    const product = await probabilitiesOf({ kind: "product", weights: HALVES });
    const factor = await probabilitiesOf({ kind: "factor", weights: [HALVES] });
    const served = await probabilitiesOf("served");
    expect(served).toEqual(product);
    expect(Math.abs((served[0] ?? 0) - (factor[0] ?? 0))).toBeGreaterThan(1e-4);
    await engine.restore(before);
  });

  it("answers with what it learned alone, once there is something, without what was merged beside the others", async () => {
    const inputs = fusion.map(({ input }) => input);
    await expect(engine.predict(inputs, "alone")).rejects.toThrow("has not learned alone");
    const before = await engine.checkpoint();
    const personal = await engine.predict(inputs, PERSONAL);
    // The personal adapter of before, told from it only by where it lies.
    await engine.restore({ ...before, alone: before.personal, merged: before.personal });
    expect(await engine.predict(inputs, "alone")).toEqual(personal);
    expect((await engine.measureRecognition("alone")).train).toBeGreaterThan(0);
    await engine.restore(before);
  });

  it("writes text piece by piece, and frees what it used", async () => {
    const before = tf.memory().numTensors;
    const pieces: string[] = [];
    const options = { maxNewTokens: 6, stop: [], seed: 1, temperature: 0.9, topK: 20, topP: null };
    await engine.write({ input: "disk 3 failed", adapter: null, options }, (piece) => pieces.push(piece));
    expect(pieces.join("").length).toBeGreaterThan(4);
    expect(pieces.length).toBeGreaterThan(1);
    const stopped = engine.write(
      { input: "disk 3 failed", adapter: PERSONAL, options: { ...options, maxNewTokens: 300 } },
      () => {
        void engine.stopAnswering();
      },
    );
    await expect(stopped).rejects.toMatchObject({ code: "STOPPED" });
    await engine.stopAnswering();
    expect(tf.memory().numTensors).toBe(before);
  });

  it("stops an answer for a newer one, and any answer for a round; during a round nothing is answered", async () => {
    const older = engine.measureFusion(null);
    const newer = engine.predict(["disk 1 failed"], null);
    await expect(older).rejects.toMatchObject({ code: "STOPPED" });
    expect(await newer).toHaveLength(1);

    const stopped = engine.measureFusion(PERSONAL);
    const training = engine.runRound({ ...round, round: 1 }, quiet);
    await expect(stopped).rejects.toMatchObject({ code: "STOPPED" });
    await expect(engine.predict(["x"], null)).rejects.toMatchObject({ code: "BUSY" });
    expect((await training).metrics.trainTokens).toBeGreaterThan(0);
    expect(await engine.predict(["x"], null)).toHaveLength(1);
  });

  it("a measurement of recognition stops nothing, lets every answer pass, and is stopped only by a round", async () => {
    const figure = engine.measureFusion(null);
    const shares: number[] = [];
    const recognition = engine.measureRecognition(PERSONAL, (share) => shares.push(share));
    const replaced = engine.predict(["disk 1 failed"], null);
    const prediction = engine.predict(["disk 2 failed"], null);
    await expect(figure).rejects.toMatchObject({ code: "STOPPED" });
    await expect(replaced).rejects.toMatchObject({ code: "STOPPED" });
    expect(await prediction).toHaveLength(1);
    // It has rested meanwhile.
    expect(shares).toEqual([]);
    await engine.stopAnswering();
    expect((await recognition).train).toBeGreaterThan(0);
    expect(shares.at(-1)).toBe(1);
    expect(shares).toEqual(shares.toSorted((a, b) => a - b));

    const stopped = [engine.measureRecognition(PERSONAL), engine.predict(["disk 1 failed"], null)].map((answer) =>
      expect(answer).rejects.toMatchObject({ code: "STOPPED" }),
    );
    await engine.runRound({ ...round, round: 1 }, quiet);
    await Promise.all(stopped);
  });

  it("says what a task or a model cannot do", async () => {
    await engine.prepare({ ...setup, task: { kind: "text" } }, split);
    await expect(engine.predict(["x"], null)).rejects.toThrow("no labels to predict");
    expect((await engine.measureFusion(null)).accuracy).toBeNull();
    await engine.open(readModelFolder("use-lite"), "wasm");
    await expect(engine.predict(["x"], null)).rejects.toThrow("No data is prepared");
  });
});
