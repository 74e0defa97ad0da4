import { readFileSync } from "node:fs";
import { adapterLayout, initialAdapter } from "@duet/lora-core/adapters/adapterLayout";
import { parseArchitecture } from "@duet/lora-core/architectures/modelConfig";
import { createTextTokenizer } from "@duet/lora-core/tokenizers/textTokenizer";
import * as tf from "@tensorflow/tfjs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { describeWithSmollm2 } from "../../../../tools/testing/smollm2.ts";
import { measureSteps } from "../../bench/measureSteps.ts";
import expected from "../../fixtures/gguf/smollm2.json" with { type: "json" };
import { useBackend } from "../backends/testBackend.ts";
import { expectClose } from "../ops/testing/expectClose.ts";
import { createCausalTask } from "./causalLm/causalTask.ts";
import { createChatEncoder } from "./causalLm/chatPrompt.ts";
import { hiddenStates, logitsAt } from "./causalLm/decoderForward.ts";
import { type DecoderWeights, disposeDecoderWeights, loadDecoderWeights } from "./causalLm/decoderWeights.ts";
import { generateTokens } from "./causalLm/generateTokens.ts";
import { createPromptEncoder } from "./causalLm/prompt.ts";
import { allOf, greedy } from "./causalLm/testing/greedy.ts";
import { oneRow } from "./causalLm/tokenBatch.ts";
import { readGgufModel } from "./readGgufModel.ts";

/** What transformers says of the same file, by fixtures/gguf/make_smollm2.py. Figures that it prints are those of docs/models.md. */
describeWithSmollm2("SmolLM2-135M-Instruct from GGUF, on wasm", (path) => {
  let files: ReturnType<typeof readGgufModel>;
  let weights: DecoderWeights;

  beforeAll(async () => {
    await useBackend("wasm");
    const began = performance.now();
    files = readGgufModel(readFileSync(path));
    const architecture = parseArchitecture(files.config);
    if (architecture.family !== "causal-lm") throw new Error("not a decoder");
    weights = loadDecoderWeights(architecture.config, files.weights);
    report(`loaded in ${seconds(began)}, ${megabytes(tf.memory().numBytes)} on the backend`);
  });
  afterAll(() => disposeDecoderWeights(weights));

  test("token ids are those of transformers, and decode to the same text", () => {
    const tokenizer = createTextTokenizer(files.tokenizer);
    for (const { text, ids } of expected.texts) {
      expect(tokenizer.encode(text)).toEqual(ids);
      expect(tokenizer.decode(ids)).toBe(text);
    }
  });

  test("a question in the file's chat template has the ids of transformers, without <bos>", () => {
    const tokenizer = createTextTokenizer(files.tokenizer);
    if (!files.chat) throw new Error("The file has no chat template");
    const chat = createChatEncoder(tokenizer, files.chat, weights.config.eosTokens);
    expect(chat.prompt(expected.question, 1000)).toEqual(expected.prompt);
    expect(chat.answer(expected.answerText)).toEqual([...expected.answer.slice(0, -1), ...weights.config.eosTokens]);
    expect(chat.stopTokens).toEqual(weights.config.eosTokens);
  });

  test("logits agree with transformers to 1e-3", async () => {
    const logits = tf.tidy(() => {
      const batch = oneRow(expected.prompt);
      const hidden = hiddenStates(weights, batch, { adapter: null, dropout: null, cache: null });
      const all = logitsAt(weights, hidden, expected.positions);
      return { all: tf.gather(all, tf.tensor1d(expected.columns, "int32"), 1), sums: tf.logSumExp(all, 1) };
    });
    expectClose(await logits.all.data(), expected.logits.flat(), { relative: 0, absolute: 1e-3 });
    expectClose(await logits.sums.data(), expected.logSumExp, { relative: 0, absolute: 1e-3 });
    tf.dispose(logits);
  });

  test("answers a question in its chat format as transformers does", async () => {
    const began = performance.now();
    const answer = await allOf(
      generateTokens(
        weights,
        greedy({ prompt: expected.prompt, adapter: null, maxNewTokens: 24, stopTokens: weights.config.eosTokens }),
      ),
    );
    report(`${answer.length} tokens after a prompt of ${expected.prompt.length} in ${seconds(began)}`);
    const text = createTextTokenizer(files.tokenizer).decode(answer);
    expect(text).toBe("The capital of France is Paris.");
    expect(text).toBe(expected.answerText);
  });

  test("a LoRA step lowers the loss", async () => {
    const { config, linears } = parseArchitecture(files.config);
    if (!("heads" in config && "eosTokens" in config)) throw new Error("not a decoder");
    const prompts = createPromptEncoder(createTextTokenizer(files.tokenizer), config);
    const task = createCausalTask(weights, prompts, { kind: "text" });
    const rows = [
      { line: 1, input: "Inflammation of the liver", answer: "hepatitis" },
      { line: 2, input: "ciod: failed to read message prefix on control stream", answer: "fatal" },
    ];
    const batch = rows.map((row) => task.encode(row, 64));
    const tokens = batch.length * Math.max(...batch.map((example) => example.tokens.length));
    const layout = adapterLayout(linears, { rank: 8, alpha: 16, dropout: 0, targetModules: ["q_proj", "v_proj"] });
    const { answers: losses, msPerStep } = await measureSteps((examples, adapter) => task.loss(examples, adapter, null), {
      batch,
      tokens,
      adapter: initialAdapter(layout, 1),
      warmUp: 1,
      measured: 2,
    });
    report(
      `a LoRA step on ${tokens} tokens: ${(msPerStep / 1000).toFixed(1)} s, loss ${losses.map((loss) => loss.toFixed(3)).join(", ")}`,
    );
    const [first = 0, , last = 0] = losses;
    expect(first).toBeGreaterThan(1);
    expect(last).toBeLessThan(first - 0.05);
    task.dispose();
  });
});

const seconds = (began: number) => `${((performance.now() - began) / 1000).toFixed(1)} s`;
const megabytes = (bytes: number) => `${Math.round(bytes / 1e6)} MB`;

function report(line: string): void {
  process.stdout.write(`${line}; process ${megabytes(process.memoryUsage().rss)}\n`);
}
