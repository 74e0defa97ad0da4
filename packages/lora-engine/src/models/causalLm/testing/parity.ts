/** The same comparison with transformers and peft on every backend; values from fixtures/causalLm/make_fixtures.py. */

import { decoderLinears } from "@duet/lora-core/architectures/decoderConfig";
import { parseArchitecture } from "@duet/lora-core/architectures/modelConfig";
import { readSafetensors } from "@duet/lora-core/checkpoints/safetensors";
import type { BackendName } from "@duet/lora-core/protocol/metrics";
import type { TextTokenizer } from "@duet/lora-core/tokenizers/textTokenizer";
import * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, test } from "vitest";
import { useBackend } from "../../../backends/testBackend.ts";
import type { LoraFactors } from "../../../ops/loraLinear/loraUpdate.ts";
import { expectClose } from "../../../ops/testing/expectClose.ts";
import type { DeviceAdapter, Example } from "../../languageModel.ts";
import { createCausalLm } from "../causalLm.ts";
import { hiddenStates, logitsAt } from "../decoderForward.ts";
import { disposeDecoderWeights, loadDecoderWeights } from "../decoderWeights.ts";
import { generateTokens } from "../generateTokens.ts";
import { createKeyValueCache, type KeyValueCache } from "../keyValueCache.ts";
import { oneRow, tokenBatch } from "../tokenBatch.ts";
import { allOf, greedy } from "./greedy.ts";
import { type Instance, instances } from "./instances.ts";

/** Text plays no part in these tests: rows come as ids. */
const noText: TextTokenizer = {
  encode: () => [],
  frame: { before: [], after: [] },
  encodeFormatted: () => [],
  broken: (text) => text,
  isControl: () => false,
  decode: () => "",
  idOf: () => null,
};

/** Registers the tests for one backend. */
export function testCausalLmParity(backend: BackendName): void {
  describe.each(instances)(`causal LM on ${backend}: %s`, (_, instance) => {
    beforeAll(async () => {
      await useBackend(backend);
    });

    test("logits of the base agree with transformers to 1e-4", async () => {
      const { config, model, expected } = await load(instance);
      const weights = loadDecoderWeights(config, model);
      const { rows } = instance.batch;
      const logits = tf.tidy(() => {
        const batch = tokenBatch(rows.map((row) => Int32Array.from(row)));
        const hidden = hiddenStates(weights, batch, { adapter: null, dropout: null, cache: null });
        return logitsAt(
          weights,
          hidden,
          rows.flatMap((row, index) => row.map((_, at) => index * batch.length + at)),
        );
      });
      const theirs = valuesOf(expected, "logits");
      const width = config.vocabSize;
      const padded = theirs.length / rows.length / width;
      const real = rows.flatMap((row, index) => [...theirs.slice(index * padded * width, (index * padded + row.length) * width)]);
      expectClose(await logits.data(), real, { relative: 1e-4, absolute: 1e-4 });
      logits.dispose();
      disposeDecoderWeights(weights);
    });

    test("loss over answer tokens and the gradients of every LoRA factor agree with peft to 1e-3", async () => {
      const { config, model, expected } = await load(instance);
      const causalLm = createCausalLm({ config, weights: model, tokenizer: noText, chat: null, stopTokens: [] });
      const task = await causalLm.prepare({ kind: "text" });
      const { adapter, variables } = deviceAdapter(causalLm.linears, expected, instance.batch.alpha / instance.batch.rank);
      const { value, grads } = tf.variableGrads(() => task.loss(examples(instance), adapter, null), [...variables.values()]);
      expectClose(await value.data(), valuesOf(expected, "loss"), { relative: 1e-5, absolute: 0 });
      for (const [name, variable] of variables) {
        const theirs = valuesOf(expected, `${name}.grad`);
        const largest = theirs.reduce((max, g) => Math.max(max, Math.abs(g)), 0);
        expect(largest, name).toBeGreaterThan(0);
        expectClose((await grads[variable.name]?.data()) ?? [], theirs, { relative: 1e-3, absolute: 1e-3 * largest, what: name });
      }
      tf.dispose([value, grads]);
      for (const variable of variables.values()) variable.dispose();
      causalLm.dispose();
    });

    test("greedy generation over cached keys is peft's, and its logits are those of the whole text", async () => {
      const { config, model, expected } = await load(instance);
      const weights = loadDecoderWeights(config, model);
      const { adapter, variables } = deviceAdapter(decoderLinears(config), expected, instance.batch.alpha / instance.batch.rank);
      const { continuation, rows } = instance.batch;
      const prompt = rows[0]?.slice(0, 5) ?? [];
      expect(await allOf(generateTokens(weights, greedy({ prompt, adapter, maxNewTokens: 7 })))).toEqual(continuation);

      const ids = [...prompt, ...continuation];
      const logitsOf = (tokens: readonly number[], cache: KeyValueCache | null) => {
        const batch = oneRow(tokens);
        const hidden = hiddenStates(weights, batch, { adapter, dropout: null, cache });
        return logitsAt(
          weights,
          hidden,
          tokens.map((_, at) => at),
        );
      };
      const cache = createKeyValueCache();
      const whole = tf.tidy(() => logitsOf(ids, null));
      const pieces = [prompt, ...continuation.map((token) => [token])].map((piece) => {
        const logits = tf.tidy(() => logitsOf(piece, cache));
        cache.advance(piece.length);
        return logits;
      });
      const joined = tf.concat(pieces);
      expectClose(await joined.data(), await whole.data(), { relative: 1e-4, absolute: 1e-4 });
      cache.dispose();
      tf.dispose([whole, joined, ...pieces]);
      for (const variable of variables.values()) variable.dispose();
      disposeDecoderWeights(weights);
    });

    test("a batch gives every row what it gets alone, and nothing stays on the backend", async () => {
      const { config, model, expected } = await load(instance);
      const before = tf.memory().numTensors;
      const causalLm = createCausalLm({ config, weights: model, tokenizer: noText, chat: null, stopTokens: [] });
      const task = await causalLm.prepare({ kind: "text" });
      const { adapter, variables } = deviceAdapter(causalLm.linears, expected, 2);
      const together = await task.score(examples(instance), adapter);
      const alone = [];
      for (const example of examples(instance)) alone.push(...(await task.score([example], adapter)));
      expect(together.map(({ units }) => units)).toEqual([2, 3, 2]);
      expectClose(
        together.map(({ lossSum }) => lossSum),
        alone.map(({ lossSum }) => lossSum),
        { relative: 1e-5, absolute: 0 },
      );
      const mean = together.reduce((sum, { lossSum }) => sum + lossSum, 0) / 7;
      expectClose([mean], valuesOf(expected, "loss"), { relative: 1e-5, absolute: 0 });
      for (const variable of variables.values()) variable.dispose();
      causalLm.dispose();
      expect(tf.memory().numTensors).toBe(before);
    });
  });
}

async function load({ config, model, expected }: Instance) {
  const architecture = parseArchitecture(config);
  if (architecture.family !== "causal-lm") throw new Error("The fixture is not a causal language model");
  return { config: architecture.config, model: await tensorsOf(model), expected: await tensorsOf(expected) };
}

type Tensors = ReturnType<typeof readSafetensors>;

async function tensorsOf(dataUrl: string): Promise<Tensors> {
  return readSafetensors(await (await fetch(dataUrl)).arrayBuffer());
}

function valuesOf(tensors: Tensors, name: string): Float32Array {
  const tensor = tensors.get(name);
  if (!tensor) throw new Error(`The fixture has no ${name}`);
  return tensor.data;
}

function examples({ batch }: Instance): Example[] {
  return batch.rows.map((row, index) => ({
    tokens: Int32Array.from(row),
    answerStart: batch.answerStarts[index] as number,
    label: -1,
  }));
}

/** The fixture's factors as variables, by their PEFT key. */
function deviceAdapter(linears: readonly { readonly name: string }[], expected: Tensors, scale: number) {
  const variables = new Map<string, tf.Variable<tf.Rank.R2>>();
  const variable = (key: string) => {
    const { shape, data } = expected.get(key) as { shape: number[]; data: Float32Array };
    const made = tf.tidy(() => tf.variable(tf.tensor2d(data, shape as [number, number])));
    variables.set(key, made);
    return made;
  };
  const factors = linears.map(({ name }): [string, LoraFactors] => [
    name,
    { a: variable(`${name}.lora_A.weight`), b: variable(`${name}.lora_B.weight`) },
  ]);
  const adapter: DeviceAdapter = { scale, factors: new Map(factors) };
  return { adapter, variables };
}
