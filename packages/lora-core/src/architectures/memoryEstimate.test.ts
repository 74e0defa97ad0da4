import { beforeAll, describe, expect, test } from "vitest";
import type { AdapterConfig } from "../adapters/adapterConfig.ts";
import { adapterLayout, initialAdapter } from "../adapters/adapterLayout.ts";
import { useBackend } from "../backends/testBackend.ts";
import type { Task } from "../data/task.ts";
import type { Example } from "../models/languageModel.ts";
import { loadModel } from "../models/loadModel.ts";
import { readModelFolder } from "../models/testing/modelFolder.ts";
import { createWasmMeter, takeTrainingStep, type WasmMeter } from "../training/testing/stepMemory.ts";
import { type BatchShape, estimateMemory } from "./memoryEstimate.ts";
import { parseArchitecture } from "./modelConfig.ts";

const labels = ["first", "second"];
const tasks: Record<"use-lite" | "duet-tiny", Task> = { "use-lite": { kind: "label", labels }, "duet-tiny": { kind: "text" } };
let meter: WasmMeter;

beforeAll(async () => {
  await useBackend("wasm");
  meter = createWasmMeter();
});

describe.each(["use-lite", "duet-tiny"] as const)("memory of a training step on %s", (id) => {
  test.each<[BatchShape, { rank: number }]>([
    [{ rows: 1, tokens: 16, answerTokens: 2 }, { rank: 8 }],
    [{ rows: 6, tokens: 40, answerTokens: 4 }, { rank: 32 }],
    [{ rows: 4, tokens: 96, answerTokens: 8 }, { rank: 4 }],
  ])("is estimated for %o, %o", async (shape, { rank }) => {
    const files = readModelFolder(id);
    const architecture = parseArchitecture(files.config);
    const adapter: AdapterConfig = { rank, alpha: 16, dropout: 0, targetModules: [...architecture.defaultTargets] };
    const estimate = estimateMemory(architecture, adapter, shape);

    const before = meter.live();
    const model = loadModel(files);
    // The signal of positions and the names of labels are the rest.
    expect((meter.live() - before) / estimate.weights).toBeCloseTo(1, 1);
    const task = await model.prepare(tasks[id]);
    meter.takePeak();
    takeTrainingStep(task, examples(shape, id === "duet-tiny"), initialAdapter(adapterLayout(model.linears, adapter), 1));
    const step = meter.takePeak() - before - estimate.weights;
    expect((estimate.peak - estimate.weights) / step).toBeGreaterThan(0.8);
    expect((estimate.peak - estimate.weights) / step).toBeLessThan(1.25);
    task.dispose();
    model.dispose();
    expect(meter.live()).toBe(before);
  });
});

/** Rows of this shape; a decoder does not read the last token of an answer. */
function examples({ rows, tokens, answerTokens }: BatchShape, readsAnswers: boolean): Example[] {
  const length = readsAnswers ? tokens + 1 : tokens;
  return Array.from({ length: rows }, (_, row) => ({
    tokens: Int32Array.from({ length }, (_, i) => 5 + ((7 * i + row) % 90)),
    answerStart: readsAnswers ? length - answerTokens : length,
    label: row % labels.length,
  }));
}
