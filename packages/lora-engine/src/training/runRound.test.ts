/** What a round measures, and what it need not measure again, on the real small decoder (models/duet-tiny) and wasm. */
import type { EngineSetup } from "@duet/lora-core/contract/engineSetup";
import { fusingRound } from "@duet/lora-core/schedule/roundNumbers";
import { methodOf } from "@duet/lora-core/strategies/registry";
import { beforeAll, expect, test } from "vitest";
import { useBackend } from "../backends/testBackend.ts";
import type { TaskModel } from "../models/languageModel.ts";
import { loadModel } from "../models/loadModel.ts";
import { readModelFolder } from "../models/testing/modelFolder.ts";
import { prepareClient } from "./prepareClient.ts";
import { RoundReport } from "./roundReport.ts";
import { createRunControl } from "./runControl.ts";
import { type Client, runRound } from "./runRound.ts";

const setup: EngineSetup = {
  task: { kind: "label", labels: ["error", "info"] },
  adapter: { rank: 2, alpha: 4, dropout: 0, targetModules: ["q_proj"] },
  training: { batchSize: 4, maxTokens: 24, learningRate: 4e-3, warmupSteps: 1, weightDecay: 0, clipNorm: 1 },
  seed: 5,
  clientSeed: 77,
};
const rows = (count: number) =>
  Array.from({ length: count }, (_, i) => ({
    line: i + 1,
    input: i % 2 === 0 ? `disk ${i} failed to answer` : `user ${i} logged in`,
    answer: i % 2 === 0 ? "error" : "info",
  }));
const budgets = { local: { unit: "steps", amount: 2 }, inner: { unit: "steps", amount: 2 }, rounds: 1 } as const;
const local = methodOf({ id: "local", config: {} });

/** Batches that were scored without an adapter. */
let baseBatches = 0;
let fresh: (testRows: number) => Client;

beforeAll(async () => {
  await useBackend("wasm");
  const model = loadModel(readModelFolder("duet-tiny"));
  const bound = await model.prepare(setup.task);
  const counted: TaskModel = {
    ...bound,
    score(batch, adapter) {
      if (!adapter) baseBatches++;
      return bound.score(batch, adapter);
    },
  };
  fresh = (testRows) => prepareClient(counted, model.linears, setup, { train: rows(8), fusion: rows(2), test: rows(testRows) });
});

async function run(client: Client, round: number) {
  const plan = local.plan(budgets, { round, isNewcomer: false });
  const report = new RoundReport(round, () => {});
  const { held, served } = await runRound(client, { round, plan, received: null }, report, createRunControl());
  return { client: { ...client, held, served, lastRound: round }, metrics: report.metrics(), phases: report.phases() };
}

test("the base is scored once, and its figures are those of the same rows in the last round", async () => {
  const first = await run(fresh(40), local.firstRound);
  const batches = baseBatches;
  expect(batches).toBeGreaterThan(1);
  const last = await run(first.client, fusingRound(budgets.rounds));
  expect(baseBatches).toBe(batches);
  expect(last.metrics.testLoss.base).toBe(first.metrics.testLoss.base);
  expect(last.metrics.accuracy.base).toBe(first.metrics.accuracy.base);
  expect(last.metrics.testLoss.fused).not.toBe(last.metrics.testLoss.base);
});

test("without test rows nothing is measured, and the round is the same", async () => {
  const measured = await run(fresh(6), fusingRound(budgets.rounds));
  const { client, metrics, phases } = await run(fresh(0), fusingRound(budgets.rounds));
  expect(metrics.accuracy).toEqual({ base: null, personal: null, shared: null, fused: null });
  expect(client.served).toEqual(measured.client.served);
  expect(phases.evaluation).toBe(0);
  expect(measured.phases.evaluation).toBeGreaterThan(0);
});
