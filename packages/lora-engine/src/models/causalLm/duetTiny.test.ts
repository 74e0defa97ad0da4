import { readFileSync } from "node:fs";
import { parseLlamaConfig } from "@duet/lora-core/architectures/llamaConfig";
import { readSafetensors } from "@duet/lora-core/checkpoints/safetensors";
import type { GenerateOptions } from "@duet/lora-core/contract/answering";
import { createTextTokenizer } from "@duet/lora-core/tokenizers/textTokenizer";
import * as tf from "@tensorflow/tfjs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { useBackend } from "../../backends/testBackend.ts";
import { expectClose } from "../../ops/testing/expectClose.ts";
import type { LanguageModel } from "../languageModel.ts";
import { readModelFolder } from "../testing/modelFolder.ts";
import { createCausalLm } from "./causalLm.ts";
import { hiddenStates, logitsAt } from "./decoderForward.ts";
import { type DecoderWeights, disposeDecoderWeights, loadDecoderWeights } from "./decoderWeights.ts";
import { generateTokens } from "./generateTokens.ts";
import { allOf, greedy } from "./testing/greedy.ts";
import { oneRow } from "./tokenBatch.ts";

const read = (path: string) => readFileSync(new URL(`../../../../../${path}`, import.meta.url));
const json = (path: string) => JSON.parse(read(path).toString());
const fixtures = "packages/lora-core/fixtures/causalLm/duet-tiny";

/** The real checkpoint, with logits and a greedy continuation by transformers. */
describe("duet-tiny on wasm", () => {
  const config = parseLlamaConfig(json("models/duet-tiny/config.json"));
  const expected: { ids: number[]; positions: number[]; continuation: number[] } = json(`${fixtures}/batch.json`);
  let weights: DecoderWeights;
  let model: LanguageModel;
  const tokenizer = createTextTokenizer(json("models/duet-tiny/tokenizer.json"));

  beforeAll(async () => {
    await useBackend("wasm");
    const checkpoint = readSafetensors(read("models/duet-tiny/model.safetensors"));
    weights = loadDecoderWeights(config, checkpoint);
    model = createCausalLm({ config, weights: checkpoint, tokenizer, chat: null, stopTokens: [] });
  });
  afterAll(() => {
    disposeDecoderWeights(weights);
    model.dispose();
  });

  test("logits agree with transformers to 1e-4", async () => {
    const logits = tf.tidy(() => {
      const batch = oneRow(expected.ids);
      return logitsAt(weights, hiddenStates(weights, batch, { adapter: null, dropout: null, cache: null }), expected.positions);
    });
    const theirs = readSafetensors(read(`${fixtures}/expected.safetensors`)).get("logits");
    expectClose(await logits.data(), theirs?.data ?? [], { relative: 1e-4, absolute: 1e-4 });
    logits.dispose();
  });

  test("the greedy continuation over cached keys is the one of transformers", async () => {
    const before = tf.memory().numTensors;
    const generated = await allOf(generateTokens(weights, greedy({ prompt: expected.ids, adapter: null, maxNewTokens: 12 })));
    expect(generated).toEqual(expected.continuation);
    expect(tf.memory().numTensors).toBe(before);
  });

  const sampled = { temperature: 0.8, topK: 40, topP: 0.95 } as const;
  const generate = (options: Partial<GenerateOptions>, beforeToken = async () => {}, writer = model) =>
    writer.generate?.({
      input: "The kernel printed a message",
      adapter: null,
      options: { maxNewTokens: 8, stop: [], seed: 3, ...sampled, ...options },
      beforeToken,
    }) ?? [];
  const textOf = async (pieces: AsyncIterable<string> | readonly string[]) => {
    let text = "";
    for await (const piece of pieces) text += piece;
    return text;
  };

  test("generates text after the format it is trained in, the same for the same seed", async () => {
    const text = await textOf(generate({}));
    expect(text.length).toBeGreaterThan(8);
    expect(await textOf(generate({}))).toBe(text);
    expect(await textOf(generate({ seed: 4 }))).not.toBe(text);
    expect(await textOf(generate({ maxNewTokens: 0 }))).toBe("");
    const coldest = await textOf(generate({ temperature: 0 }));
    const prompt = [0, ...tokenizer.encode("The kernel printed a message\nAnswer:")];
    const tokens = await allOf(generateTokens(weights, greedy({ prompt, adapter: null, maxNewTokens: 8 })));
    expect(tokenizer.decode(tokens)).toBe(coldest);
    const [first = "", ...others] = coldest.trim().split(" ");
    const [word = ""] = others;
    expect(await textOf(generate({ temperature: 0, stop: [` ${word}`] }))).toBe(` ${first}`);
  });

  test("stops at any token that config.json or generation_config.json says ends a text", async () => {
    const prompt = [0, ...tokenizer.encode("The kernel printed a message\nAnswer:")];
    const written = await allOf(generateTokens(weights, greedy({ prompt, adapter: null, maxNewTokens: 8 })));
    const [third = -1, fifth = -1] = [written[3], written[5]];
    const checkpoint = readModelFolder("duet-tiny").weights;
    for (const { eosTokens, stopTokens, end } of [
      { eosTokens: [0, third], stopTokens: [], end: third },
      { eosTokens: [0], stopTokens: [4000, fifth], end: fifth },
    ]) {
      const writer = createCausalLm({ config: { ...config, eosTokens }, weights: checkpoint, tokenizer, chat: null, stopTokens });
      const text = await textOf(generate({ temperature: 0 }, async () => {}, writer));
      expect(text).toBe(tokenizer.decode(written.slice(0, written.indexOf(end))));
      writer.dispose();
    }
  });

  test("stops when it is told to, or when nobody listens any more, and frees what it held", async () => {
    const before = tf.memory().numTensors;
    let passes = 0;
    const cancelled = generate({ maxNewTokens: 50, temperature: 0 }, async () => {
      if (++passes > 3) throw new DOMException("enough", "AbortError");
    });
    await expect(textOf(cancelled)).rejects.toThrow("enough");
    for await (const piece of generate({ maxNewTokens: 50 })) {
      expect(piece).not.toBe("");
      break;
    }
    expect(tf.memory().numTensors).toBe(before);
  });

  test("predicts what scoring predicts, with the probability of every label", async () => {
    const labels = ["disk error", "disk failure", "disk full", "network down"];
    const task = await model.prepare({ kind: "label", labels });
    const before = tf.memory().numTensors;
    const inputs = ["connection refused by host after five attempts", "x"];
    const examples = inputs.map((input, line) => task.encode({ line, input, answer: "network down" }, 64));
    const prompts = inputs.map((input) => task.encodeInput(input, 64));
    expect(prompts).toEqual(examples.map(({ tokens, answerStart }) => tokens.subarray(0, answerStart)));
    const predicted = (await task.predict?.(prompts, null)) ?? [];
    expect(predicted.map(({ label }) => label)).toEqual((await task.score(examples, null)).map(({ label }) => label));
    for (const [row, { probabilities }] of predicted.entries()) {
      expectClose([probabilities.reduce((sum, value) => sum + value)], [1], { relative: 1e-12, absolute: 0 });
      expectClose(probabilities, await labelProbabilities(prompts[row] ?? new Int32Array(), labels), {
        relative: 1e-3,
        absolute: 1e-6,
      });
    }
    expect(tf.memory().numTensors).toBe(before);
    task.dispose();
  });

  test("a label row becomes <bos> input, separator, answer, <eos>, and only the input is cut", async () => {
    const task = await model.prepare({ kind: "label", labels: ["INFO", "FATAL"] });
    const row = { line: 3, input: "ciod: failed to read message prefix on control stream", answer: "FATAL" };
    const whole = task.encode(row, 100);
    expect(whole.label).toBe(1);
    expect(whole.tokens[0]).toBe(0);
    expect(whole.tokens.at(-1)).toBe(0);
    const textOf = (tokens: Int32Array) => tokenizer.decode([...tokens]);
    expect(textOf(whole.tokens)).toBe(`${row.input}\nAnswer: FATAL`);
    expect(textOf(whole.tokens.subarray(whole.answerStart))).toBe(" FATAL");
    const cut = task.encode(row, whole.tokens.length - 4);
    expect(cut.tokens).toHaveLength(whole.tokens.length - 4);
    expect(textOf(cut.tokens)).toMatch(/^ciod: failed.*\nAnswer: FATAL$/);
    expect(() => task.encode({ ...row, answer: "WARN" }, 100)).toThrow('Line 3: "WARN" is not one of the labels');
  });

  test("label decoding follows the largest logit within the label set, batch or single, over several tokens", async () => {
    const labels = ["disk error", "disk failure", "disk full", "network down"];
    const task = await model.prepare({ kind: "label", labels });
    const inputs = ["the disk is full of files", "connection refused by host", "a bad sector was found", "x"];
    // Every answer in turn, so that decoding must leave the true answer's own pass for the others.
    const examples = inputs.flatMap((input, line) => labels.map((answer) => task.encode({ line, input, answer }, 64)));
    const scored = await task.score(examples, null);
    expect(scored.map(({ units }) => units)).toEqual(examples.map(({ tokens, answerStart }) => tokens.length - answerStart));
    for (const [row, example] of examples.entries()) {
      const prompt = [...example.tokens.subarray(0, example.answerStart)];
      expect(scored[row]?.label, `row ${row}`).toBe(await greedyLabel(prompt, labels));
      const [single] = await task.score([example], null);
      expectClose([scored[row]?.lossSum ?? Number.NaN], [single?.lossSum ?? Number.NaN], { relative: 1e-4, absolute: 0 });
    }
  });

  /** Oracle: as below, every token's probability among those that some label goes on with. */
  async function labelProbabilities(prompt: Int32Array, labels: readonly string[]): Promise<number[]> {
    const sequences = labels.map((label) => [...tokenizer.encode(` ${label}`), ...config.eosTokens]);
    const probabilities: number[] = [];
    for (const tokens of sequences) {
      let probability = 1;
      for (const [at, token] of tokens.entries()) {
        const open = sequences.filter((other) => tokens.slice(0, at).every((chosen, i) => chosen === other[i]));
        const logits = await uncachedLogits([...prompt, ...tokens.slice(0, at)]);
        const weights = [...new Set(open.map((other) => other[at] ?? -1))].map((next) => Math.exp(logits[next] ?? 0));
        probability *= Math.exp(logits[token] ?? 0) / weights.reduce((sum, weight) => sum + weight);
      }
      probabilities.push(probability);
    }
    return probabilities;
  }

  /** Oracle: the uncached forward pass, one token at a time, keeping the labels that still agree. */
  async function greedyLabel(prompt: readonly number[], labels: readonly string[]): Promise<number> {
    const sequences = labels.map((label) => [...tokenizer.encode(` ${label}`), ...config.eosTokens]);
    let open = labels.map((_, index) => index);
    for (let at = 0; open.length > 1; at++) {
      const chosen = sequences[open[0] as number]?.slice(0, at) ?? [];
      const values = await uncachedLogits([...prompt, ...chosen]);
      const logitOf = (label: number) => values[sequences[label]?.[at] ?? -1] ?? Number.NEGATIVE_INFINITY;
      const best = Math.max(...open.map(logitOf));
      open = open.filter((label) => logitOf(label) === best);
    }
    return open[0] ?? -1;
  }

  async function uncachedLogits(ids: readonly number[]): Promise<Float32Array> {
    const logits = tf.tidy(() => {
      const hidden = hiddenStates(weights, oneRow(ids), { adapter: null, dropout: null, cache: null });
      return logitsAt(weights, hidden, [ids.length - 1]);
    });
    const values = Float32Array.from(await logits.data());
    logits.dispose();
    return values;
  }
});
