/** What is known of an adapter is not computed again: on a model of a few numbers that counts what it is asked. */
import { adapterLayout, initialAdapter } from "@duet/lora-core/adapters/adapterLayout";
import type { EngineSetup } from "@duet/lora-core/contract/engineSetup";
import { methodOf } from "@duet/lora-core/strategies/registry";
import type { NamedTensors } from "@duet/lora-core/tensors/namedTensors";
import { beforeAll, expect, test } from "vitest";
import { useBackend } from "../backends/testBackend.ts";
import type { TaskModel } from "../models/languageModel.ts";
import { measurer, nothingKnown } from "./measureRound.ts";
import { createRoundJournal } from "./roundJournal.ts";
import { RoundReport } from "./roundReport.ts";
import { createRunControl } from "./runControl.ts";
import { paperModel, paperRow } from "./testing/paperModel.ts";

const adapter = { rank: 1, alpha: 2, dropout: 0, targetModules: ["l0"] };
const layout = adapterLayout([{ name: "l0", inFeatures: 2, outFeatures: 2 }], adapter);
const initial = initialAdapter(layout, 5);
const trained: NamedTensors = new Map([...initial].map(([key, { data, shape }]) => [key, { shape, data: data.map(() => 0.5) }]));
const setup: EngineSetup = {
  task: { kind: "label", labels: ["no", "yes"] },
  adapter,
  training: { batchSize: 4, maxTokens: 8, learningRate: 0.03, warmupSteps: 0, weightDecay: 0, clipNorm: 1 },
  seed: 5,
  clientSeed: 1,
};
const budgets = { local: { unit: "steps", amount: 1 }, inner: { unit: "steps", amount: 1 }, rounds: 2 } as const;
const planOf = (round: number) => methodOf({ id: "local", config: {} }).plan(budgets, { round, isNewcomer: false });

beforeAll(async () => void (await useBackend("wasm")));

test("an adapter answers once, as long as it stays what it is; the base answers for one that changes nothing", async () => {
  const asked: string[] = [];
  const model: TaskModel = {
    ...paperModel,
    predict: async (inputs, onDevice) => {
      asked.push(onDevice ? "adapter" : "base");
      return inputs.map(() => ({ label: 1, probabilities: [0.25, 0.75] }));
    },
  };
  const client = { setup, model, examples: { test: [0, 1, 0, 1].map((label) => paperRow(label)) }, known: nothingKnown() };
  const round = (number: number) => {
    const report = new RoundReport(number, () => {}, true);
    const running = { report, control: createRunControl(), journal: createRoundJournal(null) };
    return { report, measure: measurer(client, planOf(number), running) };
  };
  const first = round(0);
  await first.measure("base", null);
  await first.measure("shared", initial);
  await first.measure("personal", trained);
  expect(asked).toEqual(["base", "adapter"]);
  const later = round(1);
  await later.measure("personal", trained);
  await later.measure("fused", new Map(trained));
  expect(asked).toEqual(["base", "adapter", "adapter"]);
  const answer = { kind: "label", label: 1, probability: 0.75 };
  expect(first.report.samples()?.answers.shared?.[0]).toEqual(answer);
  expect(Object.keys(later.report.samples()?.answers ?? {})).toEqual(["personal", "fused"]);
});
