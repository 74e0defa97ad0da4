/**
 * A round that is interrupted at any piece or step and resumed from what was kept comes to the same bits as one that was not: the real
 * small decoder on wasm, a small encoder on cpu. Every method, on a model of a few numbers, is in methods.test.ts.
 */
import { encodeAdapter } from "@duet/lora-core/adapters/adapterCodec";
import { adapterLayout, initialAdapter, layoutOf } from "@duet/lora-core/adapters/adapterLayout";
import { parseArchitecture } from "@duet/lora-core/architectures/modelConfig";
import type { ClientCheckpoint, RoundRequest, RoundResult } from "@duet/lora-core/contract/clientRound";
import type { EngineSetup } from "@duet/lora-core/contract/engineSetup";
import type { DataSplit } from "@duet/lora-core/data/row";
import type { BackendName, Progress } from "@duet/lora-core/protocol/metrics";
import { roundNumbers } from "@duet/lora-core/schedule/roundNumbers";
import { sentDown } from "@duet/lora-core/strategies/exchange";
import { fdLora } from "@duet/lora-core/strategies/fdLora";
import { methodOf } from "@duet/lora-core/strategies/registry";
import type { Budgets } from "@duet/lora-core/strategies/strategy";
import * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, it } from "vitest";
import { testWasm } from "../backends/testBackend.ts";
import type { ModelFiles } from "../models/modelFiles.ts";
import { readModelFolder } from "../models/testing/modelFolder.ts";
import { smallEncoderFiles } from "../models/testing/randomEncoder.ts";
import { createLocalClient } from "./localClient.ts";
import type { JournalState } from "./roundJournal.ts";
import type { TrainingEngine } from "./trainingEngine.ts";

/** For both models: the small encoder knows the letters from a to h. */
const rows = (prefix: string, count: number) =>
  Array.from({ length: count }, (_, i) => ({
    line: i + 1,
    input: i % 2 === 0 ? `${prefix} bad disk ${i} abab` : `${prefix} good user ${i} cd`,
    answer: i % 2 === 0 ? "error" : "info",
  }));
const split: DataSplit = { train: rows("a", 7), fusion: rows("b", 4), test: rows("c", 4) };
// Seven rows in batches of four: a round's five steps end in the middle of an epoch.
const budgets: Budgets = { local: { unit: "steps", amount: 5 }, inner: { unit: "steps", amount: 5 }, rounds: 2 };
const common: Omit<EngineSetup, "adapter"> = {
  task: { kind: "label", labels: ["error", "info"] },
  training: { batchSize: 4, maxTokens: 24, learningRate: 4e-3, warmupSteps: 3, weightDecay: 0.01, clipNorm: 1 },
  seed: 5,
  clientSeed: 77,
};

/** What came of a round, but for how long it took, and what memory the process had held by then. */
interface Outcome {
  readonly result: RoundResult;
  readonly after: ClientCheckpoint;
}

const timeless = ({ metrics: { phases: _, peakMemory: __, ...metrics }, ...rest }: RoundResult): RoundResult => ({
  ...rest,
  metrics: { ...metrics, trainSeconds: 0, fusion: metrics.fusion && { ...metrics.fusion, seconds: 0 } },
});

let files: ModelFiles;
let setup: EngineSetup;
let engine: TrainingEngine;

/** Runs it to its end, and keeps every state that was offered as the device would: as a copy. */
async function uninterrupted(before: ClientCheckpoint, request: RoundRequest) {
  await engine.restore(before);
  const states: JournalState[] = [];
  const offer = async (read: () => Promise<JournalState>) => void states.push(structuredClone(await read()));
  const result = timeless(await engine.runRound(request, () => {}, { from: null, offer }));
  return { states, outcome: { result, after: await engine.checkpoint() } satisfies Outcome };
}

/** A new tab: everything from what was kept. */
async function resumed(before: ClientCheckpoint, request: RoundRequest, from: JournalState | null, anew = setup) {
  await engine.prepare(anew, split);
  await engine.restore(before);
  const seen: Progress[] = [];
  let offered = 0;
  const offer = async () => void offered++;
  const result = timeless(await engine.runRound(request, (progress) => seen.push(progress), { from, offer }));
  return { outcome: { result, after: await engine.checkpoint() } satisfies Outcome, seen, offered };
}

/** Of methods that have settings. */
const CONFIGS: Readonly<Record<string, unknown>> = { [fdLora.id]: fdLora.presets["sends-personal"] };

/** Every round of a method, each begun from what the one before left; the adapter that is sent down stays the first one. */
async function* roundsOf(id: string) {
  const method = methodOf({ id, config: CONFIGS[id] ?? {} });
  const layout = adapterLayout(parseArchitecture(files.config).linears, setup.adapter);
  const sent = method.download(method.init(initialAdapter(layout, setup.seed)), "me");
  for (const round of roundNumbers(method.firstRound, budgets.rounds)) {
    const plan = method.plan(budgets, { round, isNewcomer: false });
    const down = plan.receive && sentDown(sent, plan.receive);
    yield { before: await engine.checkpoint(), request: { round, plan, received: down && encodeAdapter(down, layoutOf(down)) } };
  }
}

/** One of those, counted from the method's first. */
async function roundOf(id: string, index = 0) {
  for await (const round of roundsOf(id)) if (index-- === 0) return round;
  throw new Error(`${id} has no such round`);
}

async function open(model: ModelFiles, targetModules: readonly string[], backend: BackendName) {
  files = model;
  setup = { ...common, adapter: { rank: 2, alpha: 4, dropout: 0.2, targetModules: [...targetModules] } };
  engine = createLocalClient(testWasm());
  await engine.open(files, backend);
  expect(tf.getBackend()).toBe(backend);
}

describe("on wasm", () => {
  beforeAll(() => open(readModelFolder("duet-tiny"), ["q_proj", "down_proj"], "wasm"));

  it("a round of FDLoRA comes to the same bits from wherever it was resumed", async () => {
    await engine.prepare(setup, split);
    for await (const { before, request } of roundsOf("fdlora")) {
      const { states, outcome } = await uninterrupted(before, request);
      // Trying them all takes long.
      for (const from of states.filter((_, at) => at % 7 === 1 || at === states.length - 1)) {
        const again = await resumed(before, request, from);
        expect(again.outcome).toEqual(outcome);
        expect(again.offered).toBe(states.length - 1 - states.indexOf(from));
      }
    }
  });

  it("so does one of a text task", async () => {
    const text = { ...setup, task: { kind: "text" } } as const;
    await engine.prepare(text, split);
    const first = await roundOf("local");
    const { states, outcome } = await uninterrupted(first.before, first.request);
    const inTraining = states.filter(({ training }) => training?.state.done === 3);
    expect(inTraining).toHaveLength(1);
    for (const from of inTraining) expect((await resumed(first.before, first.request, from, text)).outcome).toEqual(outcome);
  });

  it("progress goes on at the true step, and what was computed is not computed again", async () => {
    await engine.prepare(setup, split);
    const first = await roundOf("local");
    const { states } = await uninterrupted(first.before, first.request);
    const from = states.find(({ training }) => training?.state.done === 3) ?? null;
    const { seen } = await resumed(first.before, first.request, from);
    const steps = seen.flatMap(({ activity, step }) => (activity === "training" ? [step] : []));
    expect(steps).toEqual([3, ...steps.slice(1)]);
    expect(steps.at(-1)).toBe(5);
  });

  it("refuses to go on with what was kept of another round", async () => {
    await engine.prepare(setup, split);
    const [first, next] = [await roundOf("local"), await roundOf("fdlora", 3)];
    const { states } = await uninterrupted(first.before, first.request);
    const from = states.at(-1) ?? null;
    await expect(resumed(next.before, next.request, from)).rejects.toMatchObject({ code: "STORED_DAMAGED" });
  });
});

describe("on cpu", () => {
  beforeAll(() => open(smallEncoderFiles(), ["qkv", "down"], "cpu"));

  it.each(["fdlora", "scaffold"])("a round of %s comes to the same bits from wherever it was resumed", async (id) => {
    await engine.prepare(setup, split);
    for await (const { before, request } of roundsOf(id)) {
      const { states, outcome } = await uninterrupted(before, request);
      for (const from of states.filter(({ training }, at) => training !== null || at % 7 === 0)) {
        expect((await resumed(before, request, from)).outcome).toEqual(outcome);
      }
    }
  });
});
