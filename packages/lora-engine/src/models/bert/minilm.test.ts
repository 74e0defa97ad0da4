import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { factorAKey, factorBKey } from "@duet/lora-core/adapters/adapterLayout";
import expected from "@duet/lora-core/fixtures/bert/minilm.json" with { type: "json" };
import * as tf from "@tensorflow/tfjs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { describeWithMinilm } from "../../../../../tools/testing/minilm.ts";
import { useBackend } from "../../backends/testBackend.ts";
import { expectClose } from "../../ops/testing/expectClose.ts";
import type { DeviceAdapter, LanguageModel, TaskModel } from "../languageModel.ts";
import { loadModel } from "../loadModel.ts";
import { readModelFiles } from "../readModelFiles.ts";

/** What transformers, sentence-transformers and peft say of the same folder, by fixtures/bert/make_fixtures.py. */
describeWithMinilm("all-MiniLM-L6-v2 on wasm", (folder) => {
  let model: LanguageModel;
  let task: TaskModel;
  beforeAll(async () => {
    await useBackend("wasm");
    const names = readdirSync(folder, { recursive: true, encoding: "utf8" });
    model = loadModel(await readModelFiles(names, async (name) => readFileSync(join(folder, name))));
    task = await model.prepare({ kind: "label", labels: expected.labels });
  });
  afterAll(() => {
    task.dispose();
    model.dispose();
  });

  test("ids are the tokenizer's, and vectors those of sentence-transformers to 1e-5", async () => {
    const texts = expected.texts.map((text) => task.encodeInput(text, 256));
    expect(texts.map((ids) => [...ids])).toEqual(expected.rows);
    const vectors = (await model.embed?.(texts)) ?? [];
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
});

/** The same values as `waves` of make_fixtures.py. */
function waves(index: number, size: number): Float32Array {
  return Float32Array.from({ length: size }, (_, place) => 0.02 * Math.sin(1 + 0.37 * place + index));
}
