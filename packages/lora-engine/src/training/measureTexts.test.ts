/** What a text task's last round measures, on the real small decoder (models/duet-tiny) and wasm. */
import type { EngineSetup } from "@duet/lora-core/contract/engineSetup";
import { fusingRound } from "@duet/lora-core/schedule/roundNumbers";
import { methodOf } from "@duet/lora-core/strategies/registry";
import * as tf from "@tensorflow/tfjs";
import { beforeAll, expect, test } from "vitest";
import { useBackend } from "../backends/testBackend.ts";
import type { LanguageModel, TaskModel } from "../models/languageModel.ts";
import { loadModel } from "../models/loadModel.ts";
import { readModelFolder } from "../models/testing/modelFolder.ts";
import type { Client } from "./client.ts";
import { measureTexts, WRITTEN_ROWS } from "./measureTexts.ts";
import { prepareClient } from "./prepareClient.ts";
import { RoundReport } from "./roundReport.ts";
import { createRunControl } from "./runControl.ts";
import { runRound } from "./runRound.ts";

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
const local = methodOf({ id: "local", config: {} });
const nothing = async () => {};
let model: LanguageModel;
let task: TaskModel;

beforeAll(async () => {
  await useBackend("wasm");
  model = loadModel(readModelFolder("duet-tiny"));
  task = await model.prepare(setup.task);
});

test("answers side by side are those that are written one by one, and nothing stays on the backend", async () => {
  const asked = rows(7);
  const examples = asked.map((row) => task.encode(row, 32));
  const before = tf.memory().numTensors;
  const pairs = (await task.write?.(examples, null, { maxNewTokens: 12, beforeToken: nothing })) ?? [];
  expect(tf.memory().numTensors).toBe(before);
  expect(pairs.map(({ wanted }) => wanted)).toEqual(asked.map(({ answer }) => answer));
  for (const [i, { input }] of asked.entries()) {
    const options = { temperature: 0, topK: null, topP: null, maxNewTokens: 12, stop: [], seed: 0 };
    let alone = "";
    for await (const piece of model.generate?.({ input, adapter: null, options, beforeToken: nothing }) ?? []) alone += piece;
    expect(pairs[i]?.written).toBe(alone.trim());
  }
});

test("the last round of a text task says how close every adapter writes; rounds before it and label tasks do not", async () => {
  const budgets = { local: { unit: "steps", amount: 20 }, inner: { unit: "steps", amount: 1 }, rounds: 1 } as const;
  const written: number[] = [];
  const counted: TaskModel = {
    ...task,
    write: async (batch, adapter, options) => {
      written.push(batch.length);
      return (await task.write?.(batch, adapter, options)) ?? [];
    },
  };
  const run = async (client: Client, round: number) => {
    const plan = local.plan(budgets, { round, isNewcomer: false });
    const report = new RoundReport(round, () => {});
    const { held, served } = await runRound(client, { round, plan, received: null }, report, createRunControl());
    return { client: { ...client, held, served, lastRound: round }, metrics: report.metrics() };
  };
  const start = prepareClient(counted, model.linears, setup, { train: rows(16), fusion: rows(2), test: rows(30) });
  const first = await run(start, local.firstRound);
  expect(first.metrics.text).toBeUndefined();
  const { metrics } = await run(first.client, fusingRound(budgets.rounds));
  // The base and the personal adapter, which is what is served.
  expect(written).toEqual([WRITTEN_ROWS, WRITTEN_ROWS]);
  expect(metrics.text?.rows).toBe(WRITTEN_ROWS);
  expect(metrics.text?.exactMatch.base).toBe(0);
  expect(metrics.text?.rougeL.fused).toBeGreaterThan(0.5);
  expect(metrics.text?.tokenF1.fused).toBeGreaterThan((metrics.text?.tokenF1.base ?? 1) + 0.2);
  const labels = await model.prepare({ kind: "label", labels: ["disk <*> failed", "user <*> logged in"] });
  expect(await measureTexts(labels, start.examples.test, null, nothing)).toBeNull();
  labels.dispose();
});

test("writing stops where a round is stopped, and leaves nothing behind", async () => {
  const examples = rows(4).map((row) => task.encode(row, 32));
  const before = tf.memory().numTensors;
  let passes = 0;
  const stop = async () => {
    if (++passes > 3) throw new Error("stopped");
  };
  await expect(measureTexts(task, examples, null, stop)).rejects.toThrow("stopped");
  expect(tf.memory().numTensors).toBe(before);
});
