/** What a round measures, and what it need not measure again, on the real small decoder (models/duet-tiny) and wasm. */

import { encodeAdapter } from "@duet/lora-core/adapters/adapterCodec";
import { adapterScale } from "@duet/lora-core/adapters/adapterConfig";
import type { EngineSetup } from "@duet/lora-core/contract/engineSetup";
import { fusingRound } from "@duet/lora-core/schedule/roundNumbers";
import { fdLora as strategy } from "@duet/lora-core/strategies/fdLora";
import { methodOf } from "@duet/lora-core/strategies/registry";
import { beforeAll, expect, test } from "vitest";
import { useBackend } from "../backends/testBackend.ts";
import type { TaskModel } from "../models/languageModel.ts";
import { loadModel } from "../models/loadModel.ts";
import { readModelFolder } from "../models/testing/modelFolder.ts";
import type { Client } from "./client.ts";
import { uploadAdapter } from "./deviceAdapter.ts";
import { prepareClient } from "./prepareClient.ts";
import { RoundReport } from "./roundReport.ts";
import { createRunControl } from "./runControl.ts";
import { runRound } from "./runRound.ts";
import { createWasmMeter } from "./testing/stepMemory.ts";

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
const fdLora = methodOf({ id: "fdlora", config: strategy.presets.private });

/** Rows that were scored without an adapter and with one. */
const scored = { base: 0, adapted: 0 };
let fresh: (testRows: number) => Client;

beforeAll(async () => {
  await useBackend("wasm");
  const model = loadModel(readModelFolder("duet-tiny"));
  const bound = await model.prepare(setup.task);
  const counted: TaskModel = {
    ...bound,
    score(batch, adapter) {
      scored[adapter ? "adapted" : "base"] += batch.length;
      return bound.score(batch, adapter);
    },
  };
  fresh = (testRows) => prepareClient(counted, model.linears, setup, { train: rows(8), fusion: rows(2), test: rows(testRows) });
});

test("learning alone besides takes no more of the backend's memory: it is trained when the rest of its step is gone", async () => {
  const meter = createWasmMeter();
  const plan = local.plan(budgets, { round: 1, isNewcomer: false });
  const peakOf = async (alone: object) => {
    const client = fresh(4);
    meter.takePeak();
    const before = meter.live();
    const report = new RoundReport(1, () => {});
    const { held } = await runRound(
      client,
      { round: 1, plan: { ...plan, ...alone }, received: null },
      report,
      createRunControl(),
    );
    return { peak: meter.takePeak() - before, isThere: held.alone !== null };
  };
  const without = await peakOf({});
  expect(without).toEqual({ peak: without.peak, isThere: false });
  expect(await peakOf({ alone: true })).toEqual({ peak: without.peak, isThere: true });
});

async function run(client: Client, round: number, received: Uint8Array | null = null) {
  const plan = (received ? fdLora : local).plan(budgets, { round, isNewcomer: false });
  const report = new RoundReport(round, () => {});
  const { held, served } = await runRound(client, { round, plan, received }, report, createRunControl());
  return { client: { ...client, held, served, lastRound: round }, metrics: report.metrics(), phases: report.phases() };
}

test("figures are of the same rows in every round, the last one says those of all too, and no row is scored twice", async () => {
  Object.assign(scored, { base: 0, adapted: 0 });
  const first = await run(fresh(70), local.firstRound);
  expect(scored).toEqual({ base: 24, adapted: 24 });
  expect(first.metrics.testRows).toBe(24);
  expect(first.metrics.sample).toBeUndefined();

  const last = await run(first.client, fusingRound(budgets.rounds));
  // The personal adapter is what is served: of both only the rows that the last round adds are new.
  expect(last.client.served).toBe(last.client.held.personal);
  expect(scored).toEqual({ base: 70, adapted: last.client.held.personal === first.client.held.personal ? 70 : 94 });
  expect(last.metrics.testRows).toBe(70);
  expect(last.metrics.sample?.testRows).toBe(24);
  expect(last.metrics.sample?.testLoss.base).toBe(first.metrics.testLoss.base);
  expect(last.metrics.sample?.accuracy.base).toBe(first.metrics.accuracy.base);
  expect(last.metrics.testLoss.base).not.toBe(first.metrics.testLoss.base);
  expect(last.metrics.testLoss.fused).not.toBe(last.metrics.testLoss.base);
});

test("the adapter that a federation starts from is the base, and not scored besides", async () => {
  Object.assign(scored, { base: 0, adapted: 0 });
  const client = fresh(30);
  const started = await run(client, fdLora.firstRound, encodeAdapter(client.held.shared, client.layout));
  expect(scored).toEqual({ base: 24, adapted: 0 });
  expect(started.metrics.testLoss.shared).toBe(started.metrics.testLoss.base);

  await run(started.client, fdLora.firstRound + 1, encodeAdapter(started.client.held.shared, client.layout));
  expect(scored.base).toBe(30);

  const { model, examples, held } = client;
  const onDevice = uploadAdapter(held.shared, { scale: adapterScale(setup.adapter), trainable: false });
  expect(await model.score(examples.test, onDevice)).toEqual(await model.score(examples.test, null));
  onDevice.dispose();
});

test("where every round measures all rows, the last one has one set of figures", async () => {
  const { metrics } = await run(fresh(20), fusingRound(budgets.rounds));
  expect(metrics.testRows).toBe(20);
  expect(metrics.sample).toBeUndefined();
});

test("without test rows nothing is measured, and the round is the same", async () => {
  const measured = await run(fresh(6), fusingRound(budgets.rounds));
  const { client, metrics, phases } = await run(fresh(0), fusingRound(budgets.rounds));
  expect(metrics.accuracy).toEqual({ base: null, personal: null, shared: null, fused: null });
  expect(client.served).toEqual(measured.client.served);
  expect(phases.evaluation).toBe(0);
  expect(measured.phases.evaluation).toBeGreaterThan(0);
  expect(measured.metrics.phases).toEqual(measured.phases);
});
