import type { AdapterConfig } from "@duet/lora-core/adapters/adapterConfig";
import { adapterLayout, initialAdapter } from "@duet/lora-core/adapters/adapterLayout";
import { estimateMemory, occupiedBytes, type Workload } from "@duet/lora-core/architectures/memoryEstimate";
import { type Architecture, parseArchitecture } from "@duet/lora-core/architectures/modelConfig";
import { ALL_AT_ONCE } from "@duet/lora-core/architectures/stepMemory";
import { bytesPerWeight } from "@duet/lora-core/architectures/weightStorage";
import { type DeviceClass, defaultAdapter, defaultTraining } from "@duet/lora-core/federation/federationDefaults";
import { sizeOf } from "@duet/lora-core/tensors/namedTensors";
import { EVALUATION_ROWS } from "@duet/lora-core/training/trainingConfig";
import { beforeAll, describe, expect, test } from "vitest";
import { useBackend } from "../backends/testBackend.ts";
import type { Example } from "../models/languageModel.ts";
import { loadModel } from "../models/loadModel.ts";
import type { ModelFiles } from "../models/modelFiles.ts";
import { readModelFolder } from "../models/testing/modelFolder.ts";
import { LARGE_BASES } from "../models/testing/randomBase.ts";
import { createWasmMeter, takeTrainingStep, type WasmMeter } from "./testing/stepMemory.ts";
import { trainBoth } from "./trainBoth.ts";

const labels = ["first", "second"];
let meter: WasmMeter;

beforeAll(async () => {
  await useBackend("wasm");
  meter = createWasmMeter();
});

describe.each(["use-lite", "duet-tiny"] as const)("memory of a training step on %s", (id) => {
  test.each<[Workload, { rank: number; upper?: number }]>([
    [{ batchSize: 1, maxTokens: 16, answerTokens: 2, evaluationRows: 32 }, { rank: 8 }],
    [{ batchSize: 6, maxTokens: 40, answerTokens: 4, evaluationRows: 32 }, { rank: 32 }],
    [{ batchSize: 4, maxTokens: 96, answerTokens: 8, evaluationRows: 16 }, { rank: 4 }],
    [
      { batchSize: 4, maxTokens: 96, answerTokens: 8, evaluationRows: 1 },
      { rank: 4, upper: 1 },
    ],
    [{ batchSize: 8, maxTokens: 64, answerTokens: 8, evaluationRows: 1, recompute: true }, { rank: 4 }],
    [
      { batchSize: 8, maxTokens: 64, answerTokens: 8, evaluationRows: 1, recompute: true },
      { rank: 4, upper: 2 },
    ],
  ])("is estimated for %o, %o", async (work, { rank, upper }) => {
    const files = readModelFolder(id);
    const architecture = parseArchitecture(files.config);
    const targetModules = upper === undefined ? [...architecture.defaultTargets] : upperModules(architecture, upper);
    const adapter: AdapterConfig = { rank, alpha: 16, dropout: 0, targetModules };
    const stored = bytesPerWeight(bytesOf(files), architecture.parameters);
    const estimate = estimateMemory(architecture, adapter, { ...work, bytesPerWeight: stored });

    const before = meter.live();
    const model = loadModel(files);
    const weights = meter.live() - before;
    // The signal of positions is the rest.
    expect(weights / estimate.weights).toBeCloseTo(1, 1);
    const task = await model.prepare({ kind: "label", labels });
    meter.takePeak();
    // In training a decoder does not read the last token.
    const unread = id === "duet-tiny" ? 1 : 0;
    const initial = initialAdapter(adapterLayout(model.linears, adapter), 1);
    takeTrainingStep(
      task,
      examples(work.batchSize, work.maxTokens + unread, work.answerTokens * unread),
      initial,
      work.recompute,
    );
    expectWithinQuarter(estimate.step - estimate.weights, meter.takePeak() - before - weights);
    await task.score(examples(work.evaluationRows, work.maxTokens, work.answerTokens * unread), null);
    const withoutAdapters = estimate.evaluation - estimate.weights - 3 * estimate.adapter;
    expectWithinQuarter(withoutAdapters, meter.takePeak() - before - weights);
    task.dispose();
    model.dispose();
    expect(meter.live()).toBe(before);
  });
});

test.each([
  ["use-lite", { batchSize: 4, maxTokens: 24 }, 8],
  ["use-lite", { batchSize: 1, maxTokens: 16 }, 64],
  ["duet-tiny", { batchSize: 8, maxTokens: 48 }, 8],
] as const)("two adapters on the same batches are estimated on %s for %o at rank %i", async (id, rows, rank) => {
  const files = readModelFolder(id);
  const architecture = parseArchitecture(files.config);
  const adapter: AdapterConfig = { rank, alpha: 16, dropout: 0, targetModules: [...architecture.defaultTargets] };
  const model = loadModel(files);
  const task = await model.prepare({ kind: "label", labels });
  const start = initialAdapter(adapterLayout(model.linears, adapter), 1);
  const unread = id === "duet-tiny" ? 1 : 0;
  const work: Workload = { ...rows, answerTokens: 2, evaluationRows: 1, adapters: 2 };
  const estimate = estimateMemory(architecture, adapter, work);
  const before = meter.live();
  meter.takePeak();
  await trainBoth(
    task,
    examples(rows.batchSize, rows.maxTokens + unread, 2 * unread),
    { personal: start, shared: start },
    {
      ...{ personal: {}, shared: {}, merged: null, memory: ALL_AT_ONCE },
      ...{ steps: 2, scale: 2, dropout: 0, seed: 1, beforeStep: async () => {}, onStep: () => {} },
      config: { ...rows, learningRate: 1e-3, warmupSteps: 0, weightDecay: 0, clipNorm: 1 },
    },
  );
  expectWithinQuarter(estimate.step - estimate.weights, meter.takePeak() - before);
  task.dispose();
  model.dispose();
});

test.each([
  ["use-lite", readModelFolder("use-lite").config, 2],
  ["duet-tiny", readModelFolder("duet-tiny").config, 2],
  ["SmolLM2-135M, bfloat16", LARGE_BASES["SmolLM2-135M"], 2],
  ["SmolLM2-135M, float32", LARGE_BASES["SmolLM2-135M"], 4],
] as const)("what is proposed for phones and old laptops takes less than 1 GB in all on %s", (_, config, stored) => {
  const architecture = parseArchitecture(config);
  const taking = (devices: DeviceClass) =>
    occupiedBytes(
      estimateMemory(architecture, defaultAdapter(architecture, devices), {
        ...defaultTraining(architecture.family, devices),
        answerTokens: 4,
        evaluationRows: EVALUATION_ROWS,
        bytesPerWeight: stored,
      }),
    );
  expect(taking("small")).toBeLessThan(1e9);
  expect(taking("small")).toBeLessThan(0.85 * taking("usual"));
});

/** Whole names of the modules in the last `count` layers. */
function upperModules({ linears, config: { layers } }: Architecture, count: number): string[] {
  const layerOf = (name: string) => Number(/\.(\d+)\./.exec(name)?.[1] ?? -1);
  return linears.map(({ name }) => name).filter((name) => layerOf(name) >= layers - count);
}

/** In the file. */
function bytesOf({ weights }: ModelFiles): number {
  return [...weights.values()].reduce((sum, { shape, halves }) => sum + (halves ? 2 : 4) * sizeOf(shape), 0);
}

function expectWithinQuarter(estimated: number, measured: number): void {
  expect(estimated / measured).toBeGreaterThan(0.8);
  expect(estimated / measured).toBeLessThan(1.25);
}

function examples(rows: number, length: number, answerTokens: number): Example[] {
  return Array.from({ length: rows }, (_, row) => ({
    tokens: Int32Array.from({ length }, (_, i) => 5 + ((7 * i + row) % 90)),
    answerStart: length - answerTokens,
    label: row % labels.length,
  }));
}
