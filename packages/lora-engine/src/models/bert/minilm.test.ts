import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { adapterLayout, factorAKey, factorBKey, initialAdapter } from "@duet/lora-core/adapters/adapterLayout";
import { estimateMemory } from "@duet/lora-core/architectures/memoryEstimate";
import { type Architecture, parseArchitecture } from "@duet/lora-core/architectures/modelConfig";
import expected from "@duet/lora-core/fixtures/bert/minilm.json" with { type: "json" };
import * as tf from "@tensorflow/tfjs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { describeWithMinilm } from "../../../../../tools/testing/minilm.ts";
import { useBackend } from "../../backends/testBackend.ts";
import { expectClose } from "../../ops/testing/expectClose.ts";
import { createWasmMeter, takeTrainingStep } from "../../training/testing/stepMemory.ts";
import type { DeviceAdapter, LanguageModel, TaskModel } from "../languageModel.ts";
import { loadModel } from "../loadModel.ts";
import { readModelFiles } from "../readModelFiles.ts";

/** What transformers, sentence-transformers and peft say of the same folder, by fixtures/bert/make_fixtures.py. */
describeWithMinilm("all-MiniLM-L6-v2 on wasm", (folder) => {
  let model: LanguageModel;
  let task: TaskModel;
  let architecture: Architecture;
  beforeAll(async () => {
    await useBackend("wasm");
    const names = readdirSync(folder, { recursive: true, encoding: "utf8" });
    const files = await readModelFiles(names, async (name) => readFileSync(join(folder, name)));
    architecture = parseArchitecture(files.config);
    model = loadModel(files);
    task = await model.prepare({ kind: "label", labels: expected.labels });
  });
  afterAll(() => {
    task.dispose();
    model.dispose();
  });

  test("ids are the tokenizer's, and vectors those of sentence-transformers to 1e-5", async () => {
    const texts = expected.texts.map((text) => task.encodeInput(text, 256));
    expect(texts.map((ids) => [...ids])).toEqual(expected.rows);
    const vectors = await model.embed(texts);
    expectClose(vectors.flat(), expected.embeddings.flat(), { relative: 0, absolute: 1e-5 });
  });

  test("loss and the gradients of every factor of a LoRA agree with peft to 1e-3", async () => {
    const variables = new Map<string, tf.Variable<tf.Rank.R2>>();
    const variable = (key: string, index: number, shape: [number, number]) => {
      const made = tf.tidy(() => tf.variable(tf.tensor2d(waves(index, shape[0] * shape[1]), shape)));
      variables.set(key, made);
      return made;
    };
    const factors = model.linears.map(({ name, inFeatures, outFeatures }, index) => {
      const a = variable(factorAKey(name), 2 * index, [expected.rank, inFeatures]);
      return [name, { a, b: variable(factorBKey(name), 2 * index + 1, [outFeatures, expected.rank]) }] as const;
    });
    const adapter: DeviceAdapter = { scale: expected.alpha / expected.rank, factors: new Map(factors) };
    const batch = expected.texts.map((input, line) => {
      return task.encode({ line, input, answer: expected.labels[expected.answers[line] ?? 0] ?? "" }, 256);
    });
    const { value, grads } = tf.variableGrads(() => task.loss(batch, adapter, null), [...variables.values()]);
    expectClose(await value.data(), [expected.loss], { relative: 1e-5, absolute: 0 });
    expect([...variables.keys()].sort()).toEqual(Object.keys(expected.gradients).sort());
    for (const [key, { norm, first }] of Object.entries(expected.gradients)) {
      const gradient = Float32Array.from((await grads[variables.get(key)?.name ?? ""]?.data()) ?? []);
      const size = Math.sqrt(gradient.reduce((sum, part) => sum + part * part, 0));
      expectClose([size], [norm], { relative: 1e-3, absolute: 0, what: key });
      const usual = norm / Math.sqrt(gradient.length);
      expectClose(gradient.slice(0, first.length), first, { relative: 1e-3, absolute: 1e-3 * usual, what: key });
    }
    tf.dispose([value, grads, ...variables.values()]);
  });

  test("memory of a training step and of an evaluation is estimated within a quarter", async () => {
    const meter = createWasmMeter();
    const work = { batchSize: 6, maxTokens: 40, answerTokens: 0, evaluationRows: 32 };
    const adapter = { rank: 8, alpha: 16, dropout: 0, targetModules: [...architecture.defaultTargets] };
    const estimate = estimateMemory(architecture, adapter, work);
    const rows = (count: number) =>
      Array.from({ length: count }, (_, row) => ({
        tokens: Int32Array.from({ length: work.maxTokens }, (_, i) => 1000 + ((7 * i + row) % 90)),
        answerStart: work.maxTokens,
        label: row % 3,
      }));
    const before = meter.live();
    meter.takePeak();
    takeTrainingStep(task, rows(work.batchSize), initialAdapter(adapterLayout(model.linears, adapter), 1));
    const step = (estimate.step - estimate.weights) / (meter.takePeak() - before);
    await task.score(rows(work.evaluationRows), null);
    const evaluation = (estimate.evaluation - estimate.weights - 3 * estimate.adapter) / (meter.takePeak() - before);
    for (const ratio of [step, evaluation]) {
      expect(ratio).toBeGreaterThan(0.8);
      expect(ratio).toBeLessThan(1.25);
    }
  });
});

/** The same values as `waves` of make_fixtures.py. */
function waves(index: number, size: number): Float32Array {
  return Float32Array.from({ length: size }, (_, place) => 0.02 * Math.sin(1 + 0.37 * place + index));
}
