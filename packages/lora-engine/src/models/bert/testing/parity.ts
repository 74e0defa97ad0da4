/** The same comparison with transformers, sentence-transformers and peft on every backend. */

import { factorAKey, factorBKey } from "@duet/lora-core/adapters/adapterLayout";
import { parseArchitecture } from "@duet/lora-core/architectures/modelConfig";
import { readSafetensors } from "@duet/lora-core/checkpoints/safetensors";
import type { BackendName } from "@duet/lora-core/protocol/metrics";
import type { NamedTensors } from "@duet/lora-core/tensors/namedTensors";
import * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, test } from "vitest";
import { useBackend } from "../../../backends/testBackend.ts";
import { expectClose } from "../../../ops/testing/expectClose.ts";
import { textOffsets } from "../../encoder/packedTexts.ts";
import type { DeviceAdapter, TaskModel } from "../../languageModel.ts";
import { loadModel } from "../../loadModel.ts";
import { bertHiddenStates } from "../bertForward.ts";
import { disposeBertWeights, loadBertWeights } from "../bertWeights.ts";
import { type BertInstance, bertInstances } from "./instances.ts";

/** Registers the tests for one backend. */
export function testBertParity(backend: BackendName): void {
  describe.each(bertInstances)(`encoder on ${backend}: %s`, (_, instance) => {
    beforeAll(async () => {
      await useBackend(backend);
    });

    test("hidden states of real tokens agree with transformers to 1e-4", async () => {
      const { checkpoint, expected } = await load(instance);
      const architecture = parseArchitecture(instance.config);
      if (architecture.kind !== "bert") throw new Error("The fixture is not of this family");
      const { config } = architecture;
      const weights = loadBertWeights(config, checkpoint);
      const texts = instance.batch.rows.map((row) => Int32Array.from(row));
      const offsets = textOffsets(texts, config.maxTokens);
      const hidden = tf.tidy(() => bertHiddenStates({ config, weights, adapter: null, dropout: null }, texts, offsets));
      const ours = await hidden.data();
      const theirs = valuesOf(expected, "hidden");
      const [width, padded] = [config.hiddenSize, theirs.length / texts.length / config.hiddenSize];
      const real = texts.flatMap(({ length }, row) => [...theirs.slice(row * padded * width, (row * padded + length) * width)]);
      expectClose(ours, real, { relative: 1e-4, absolute: 1e-4 });
      hidden.dispose();
      disposeBertWeights(weights);
    });

    test("ids are the tokenizer's, and vectors those of sentence-transformers to 1e-5", async () => {
      const { model, task, expected } = await prepared(instance);
      const texts = instance.batch.texts.map((text) => task.encodeInput(text, 100));
      expect(texts.map((ids) => [...ids])).toEqual(instance.batch.rows);
      const vectors = await model.embed(texts);
      expectClose(vectors.flat(), valuesOf(expected, "embeddings"), { relative: 0, absolute: 1e-5 });
      task.dispose();
      model.dispose();
    });

    test.each([false, true])(
      "loss and the gradients of every factor agree with peft to 1e-3, recomputed: %s",
      async (recompute) => {
        const before = tf.memory().numTensors;
        const { model, task, expected } = await prepared(instance);
        const { adapter, variables } = deviceAdapter(model.linears, expected, instance.batch.alpha / instance.batch.rank);
        const pass = { dropout: null, recompute };
        const { value, grads } = tf.variableGrads(
          () => task.loss(examples(task, instance), adapter, pass),
          [...variables.values()],
        );
        expectClose(await value.data(), valuesOf(expected, "loss"), { relative: 1e-5, absolute: 0 });
        for (const [name, variable] of variables) {
          const theirs = valuesOf(expected, `${name}.grad`);
          // A key's bias and what adds to all keys alike changes no attention: such gradients are rounding on both sides.
          const largest = theirs.reduce((max, gradient) => Math.max(max, Math.abs(gradient)), 0);
          expect(largest, name).toBeGreaterThan(1e-5);
          expectClose((await grads[variable.name]?.data()) ?? [], theirs, {
            relative: 1e-3,
            absolute: 1e-3 * largest,
            what: name,
          });
        }
        tf.dispose([value, grads]);
        for (const variable of variables.values()) variable.dispose();
        task.dispose();
        model.dispose();
        expect(tf.memory().numTensors).toBe(before);
      },
    );
  });
}

async function load({ model, expected }: BertInstance): Promise<{ checkpoint: NamedTensors; expected: NamedTensors }> {
  const [checkpoint, values] = await Promise.all([tensorsOf(model), tensorsOf(expected)]);
  return { checkpoint, expected: values };
}

async function prepared(instance: BertInstance) {
  const { checkpoint, expected } = await load(instance);
  const { config, tokenizer } = instance;
  const model = loadModel({ config, tokenizer, chat: null, stopTokens: [], weights: checkpoint });
  return { model, expected, task: await model.prepare({ kind: "label", labels: [...instance.batch.labels] }) };
}

function examples(task: TaskModel, { batch }: BertInstance) {
  return batch.texts.map((input, line) =>
    task.encode({ line, input, answer: batch.labels[batch.answers[line] ?? 0] ?? "" }, 100),
  );
}

async function tensorsOf(dataUrl: string): Promise<NamedTensors> {
  return readSafetensors(await (await fetch(dataUrl)).arrayBuffer());
}

function valuesOf(tensors: NamedTensors, name: string): Float32Array {
  const tensor = tensors.get(name);
  if (!tensor) throw new Error(`The fixture has no ${name}`);
  return tensor.data;
}

/** The fixture's factors as variables, by their PEFT key. */
function deviceAdapter(linears: readonly { readonly name: string }[], expected: NamedTensors, scale: number) {
  const variables = new Map<string, tf.Variable<tf.Rank.R2>>();
  const variable = (key: string) => {
    const { shape, data } = expected.get(key) ?? { shape: [], data: new Float32Array() };
    const made = tf.tidy(() => tf.variable(tf.tensor2d(data, shape as [number, number])));
    variables.set(key, made);
    return made;
  };
  const factors = linears.map(({ name }) => [name, { a: variable(factorAKey(name)), b: variable(factorBKey(name)) }] as const);
  const adapter: DeviceAdapter = { scale, factors: new Map(factors) };
  return { adapter, variables };
}
