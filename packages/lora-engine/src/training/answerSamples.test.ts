/** What adapters answer to a few test rows after every round, on the real small decoder (models/duet-tiny) and wasm. */
import type { KeptSamples, SampleAnswers } from "@duet/lora-core/contract/answerSamples";
import type { EngineSetup } from "@duet/lora-core/contract/engineSetup";
import type { DataSplit } from "@duet/lora-core/data/row";
import { fusingRound } from "@duet/lora-core/schedule/roundNumbers";
import { methodOf } from "@duet/lora-core/strategies/registry";
import * as tf from "@tensorflow/tfjs";
import { beforeAll, expect, test } from "vitest";
import { testWasm } from "../backends/testBackend.ts";
import type { Example } from "../models/languageModel.ts";
import { loadModel } from "../models/loadModel.ts";
import { readModelFolder } from "../models/testing/modelFolder.ts";
import { answerSamples, samplePlaces, withSamples } from "./answerSamples.ts";
import { createLocalClient } from "./localClient.ts";
import type { TrainingEngine } from "./trainingEngine.ts";

const setup: EngineSetup = {
  task: { kind: "text" },
  adapter: { rank: 4, alpha: 8, dropout: 0, targetModules: ["q_proj", "v_proj", "down_proj"] },
  training: { batchSize: 8, maxTokens: 32, learningRate: 1e-2, warmupSteps: 1, weightDecay: 0, clipNorm: 1 },
  seed: 5,
  clientSeed: 77,
};
const rows = (count: number) =>
  Array.from({ length: count }, (_, i) => ({
    line: i + 1,
    input: i % 2 === 0 ? `disk ${i} failed to answer` : `the user ${i} logged in a while ago`,
    answer: i % 2 === 0 ? "disk <*> failed" : "user <*> logged in",
  }));
const split: DataSplit = { train: rows(16), fusion: rows(2), test: rows(4) };
const budgets = { local: { unit: "steps", amount: 15 }, inner: { unit: "steps", amount: 1 }, rounds: 1 } as const;
const method = methodOf({ id: "local", config: {} });
const planOf = (round: number) => method.plan(budgets, { round, isNewcomer: false });
const quiet = () => {};

let engine: TrainingEngine;
beforeAll(async () => {
  engine = createLocalClient({ ...testWasm(), takesSamples: true });
  await engine.open(readModelFolder("duet-tiny"), "wasm");
});

const run = (round: number) => engine.runRound({ round, plan: planOf(round), received: null }, quiet);
const textsOf = (answers: SampleAnswers, key: keyof SampleAnswers) =>
  answers[key]?.map((answer) => (answer.kind === "text" ? answer.text : answer.label));

test("every round has three test rows answered by what it measures, and what was learned shows", async () => {
  await engine.prepare(setup, split);
  const first = (await run(method.firstRound)).samples;
  expect(first?.places).toEqual([0, 1, 2]);
  expect(Object.keys(first?.answers ?? {})).toEqual(["base", "personal"]);
  expect(textsOf(first?.answers ?? {}, "base")).not.toContain("disk <*> failed");
  expect(textsOf(first?.answers ?? {}, "personal")).toEqual(["disk <*> failed", "user <*> logged in", "disk <*> failed"]);
  const last = (await run(fusingRound(budgets.rounds))).samples;
  expect(textsOf(last?.answers ?? {}, "fused")).toEqual(textsOf(last?.answers ?? {}, "personal"));
});

test("labels are answered with how sure they are", async () => {
  const labels = ["disk <*> failed", "user <*> logged in"];
  await engine.prepare({ ...setup, task: { kind: "label", labels } }, split);
  const [answer] = (await run(method.firstRound)).samples?.answers.personal ?? [];
  expect(answer).toMatchObject({ kind: "label", label: 0 });
  expect(answer?.kind === "label" && answer.probability).toBeGreaterThan(0.5);
});

test("answering stops where a round is stopped, and leaves nothing behind", async () => {
  const model = loadModel(readModelFolder("duet-tiny"));
  const task = await model.prepare(setup.task);
  const before = tf.memory().numTensors;
  let passes = 0;
  const stop = async () => {
    if (++passes > 3) throw new Error("stopped");
  };
  const asked = rows(3).map((row) => task.encode(row, 32));
  await expect(answerSamples(task, asked, null, stop)).rejects.toThrow("stopped");
  expect(tf.memory().numTensors).toBe(before);
  model.dispose();
});

test("whoever does not ask gets none, and without test rows there are none", async () => {
  await engine.prepare(setup, { ...split, test: [] });
  const plan = { ...planOf(method.firstRound), steps: [] };
  expect((await engine.runRound({ round: 0, plan, received: null }, quiet)).samples).toBeNull();
  const unasked = createLocalClient(testWasm());
  await unasked.open(readModelFolder("duet-tiny"), "wasm");
  await unasked.prepare(setup, split);
  const { samples } = await unasked.runRound({ round: 0, plan, received: null }, quiet);
  expect(samples).toBeNull();
});

test("the rows are as far apart in the sample as they can be", () => {
  const test = Array.from({ length: 9 }, (_, label): Example => ({ tokens: Int32Array.of(label), answerStart: 1, label }));
  expect(samplePlaces(test, test.slice(3))).toEqual([3, 5, 7]);
  expect(samplePlaces(test, test.slice(8))).toEqual([8]);
});

test("a round that is run again replaces what it had, and other rows begin anew", () => {
  const answers = (text: string): SampleAnswers => ({ shared: [{ kind: "text", text }] });
  const of = (kept: KeptSamples) => kept.rounds.map(({ round, answers: { shared } }) => [round, shared?.[0]]);
  const two = withSamples(withSamples(null, 0, { places: [3], answers: answers("a") }), 1, {
    places: [3],
    answers: answers("b"),
  });
  expect(of(two).map(([round]) => round)).toEqual([0, 1]);
  expect(of(withSamples(two, 1, { places: [3], answers: answers("c") }))).toEqual([
    [0, { kind: "text", text: "a" }],
    [1, { kind: "text", text: "c" }],
  ]);
  expect(of(withSamples(two, 2, { places: [5], answers: answers("d") }))).toEqual([[2, { kind: "text", text: "d" }]]);
});
