import { readFileSync } from "node:fs";
import * as tf from "@tensorflow/tfjs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parseLlamaConfig } from "../../architectures/llamaConfig.ts";
import { useBackend } from "../../backends/testBackend.ts";
import { readSafetensors } from "../../checkpoints/safetensors.ts";
import { expectClose } from "../../ops/testing/expectClose.ts";
import type { LanguageModel } from "../languageModel.ts";
import { createTextTokenizer } from "../textTokenizer.ts";
import { createCausalLm } from "./causalLm.ts";
import { hiddenStates, logitsAt } from "./decoderForward.ts";
import { type DecoderWeights, disposeDecoderWeights, loadDecoderWeights } from "./decoderWeights.ts";
import { generateText } from "./generateText.ts";

const read = (path: string) => readFileSync(new URL(`../../../../../${path}`, import.meta.url));
const json = (path: string) => JSON.parse(read(path).toString());
const fixtures = "packages/lora-core/fixtures/causalLm/duet-tiny";

/** The real checkpoint, with logits and a greedy continuation by transformers. */
describe("duet-tiny on wasm", () => {
  const config = parseLlamaConfig(json("models/duet-tiny/config.json"));
  const expected: { ids: number[]; positions: number[]; continuation: number[] } = json(`${fixtures}/batch.json`);
  let weights: DecoderWeights;
  let model: LanguageModel;

  beforeAll(async () => {
    await useBackend("wasm");
    const checkpoint = readSafetensors(read("models/duet-tiny/model.safetensors"));
    weights = loadDecoderWeights(config, checkpoint);
    const tokenizer = createTextTokenizer(json("models/duet-tiny/tokenizer.json"));
    model = createCausalLm({ config, weights: checkpoint, tokenizer });
  });
  afterAll(() => {
    disposeDecoderWeights(weights);
    model.dispose();
  });

  test("logits agree with transformers to 1e-4", async () => {
    const logits = tf.tidy(() => {
      const batch = { ids: Int32Array.from(expected.ids), rows: 1, length: expected.ids.length };
      return logitsAt(weights, hiddenStates(weights, batch, { adapter: null, dropout: null, cache: null }), expected.positions);
    });
    const theirs = readSafetensors(read(`${fixtures}/expected.safetensors`)).get("logits");
    expectClose(await logits.data(), theirs?.data ?? [], { relative: 1e-4, absolute: 1e-4 });
    logits.dispose();
  });

  test("the greedy continuation over cached keys is the one of transformers", async () => {
    const before = tf.memory().numTensors;
    const generated = await generateText(weights, { prompt: expected.ids, adapter: null, maxNewTokens: 12 });
    expect(generated).toEqual(expected.continuation);
    expect(tf.memory().numTensors).toBe(before);
  });

  test("generates text, as many tokens as asked for", async () => {
    const text = await model.generate?.("The file was", null, { maxNewTokens: 5 });
    expect(text).toMatch(/^ \w+/);
    await expect(model.generate?.("The file was", null, { maxNewTokens: 0 })).resolves.toBe("");
  });

  test("a label row becomes <bos> input, separator, answer, <eos>, and only the input is cut", async () => {
    const task = await model.prepare({ kind: "label", labels: ["INFO", "FATAL"] });
    const row = { line: 3, input: "ciod: failed to read message prefix on control stream", answer: "FATAL" };
    const whole = task.encode(row, 100);
    expect(whole.label).toBe(1);
    expect(whole.tokens[0]).toBe(0);
    expect(whole.tokens.at(-1)).toBe(0);
    const tokenizer = createTextTokenizer(json("models/duet-tiny/tokenizer.json"));
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

  /** Oracle: the uncached forward pass, one token at a time, keeping the labels that still agree. */
  async function greedyLabel(prompt: readonly number[], labels: readonly string[]): Promise<number> {
    const tokenizer = createTextTokenizer(json("models/duet-tiny/tokenizer.json"));
    const sequences = labels.map((label) => [...tokenizer.encode(` ${label}`), config.eosToken]);
    let open = labels.map((_, index) => index);
    for (let at = 0; open.length > 1; at++) {
      const chosen = sequences[open[0] as number]?.slice(0, at) ?? [];
      const ids = Int32Array.from([...prompt, ...chosen]);
      const logits = tf.tidy(() => {
        const hidden = hiddenStates(weights, { ids, rows: 1, length: ids.length }, { adapter: null, dropout: null, cache: null });
        return logitsAt(weights, hidden, [ids.length - 1]);
      });
      const values = await logits.data();
      logits.dispose();
      const logitOf = (label: number) => values[sequences[label]?.[at] ?? -1] ?? Number.NEGATIVE_INFINITY;
      const best = Math.max(...open.map(logitOf));
      open = open.filter((label) => logitOf(label) === best);
    }
    return open[0] ?? -1;
  }
});
