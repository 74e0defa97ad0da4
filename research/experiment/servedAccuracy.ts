/** How good a client's adapter is at any rows: the share of right answers, in a text task of answers that are right word for word. */
import { adapterScale } from "@duet/lora-core/adapters/adapterConfig";
import type { Row } from "@duet/lora-core/data/row";
import type { NamedTensors } from "@duet/lora-core/tensors/namedTensors";
import type { DeviceAdapter, LanguageModel } from "@duet/lora-engine/models/languageModel";
import type { Client } from "@duet/lora-engine/training/client";
import { uploadAdapter } from "@duet/lora-engine/training/deviceAdapter";
import { evaluationOf, scoreExamples } from "@duet/lora-engine/training/evaluateAdapter";
import { groupingAccuracy } from "./groupingAccuracy.ts";

export interface ServedAccuracy {
  readonly accuracy: number;
  /** Of texts as templates of a log; null in a label task. */
  readonly grouping: number | null;
  /** What is right of each row and what was said: indices into the task's labels; in a text task of the texts that are there, told apart word for word. */
  readonly truth: readonly number[];
  readonly predicted: readonly number[];
}

/** Longer answers end there: as many tokens as the longest template has. */
const ANSWER_TOKENS = 48;
const GREEDY = { temperature: 0, topK: null, topP: null, maxNewTokens: ANSWER_TOKENS, stop: ["\n"], seed: 0 };

/** `client` says how rows are read; the adapter is `served`, of any rank. The model stays the caller's. */
export async function servedAccuracy(
  { setup, model: taskModel }: Client,
  model: LanguageModel,
  served: NamedTensors,
  rows: readonly Row[],
): Promise<ServedAccuracy> {
  const adapter = uploadAdapter(served, { scale: adapterScale(setup.adapter), trainable: false });
  try {
    if (setup.task.kind === "text") return await writtenAccuracy(model, adapter, rows);
    const examples = rows.map((row) => taskModel.encode(row, setup.training.maxTokens));
    const scored = await scoreExamples(taskModel, examples, adapter);
    const { accuracy } = evaluationOf(scored, examples, setup.task.labels.length);
    const labelsOf = (all: readonly { readonly label: number }[]) => all.map(({ label }) => label);
    return { accuracy: accuracy ?? 0, grouping: null, truth: labelsOf(examples), predicted: labelsOf(scored) };
  } finally {
    adapter.dispose();
  }
}

async function writtenAccuracy(model: LanguageModel, adapter: DeviceAdapter, rows: readonly Row[]): Promise<ServedAccuracy> {
  const written: string[] = [];
  for (const { input } of rows) written.push(await answerTo(model, adapter, input));
  const wanted = rows.map(({ answer }) => answer);
  const right = wanted.filter((answer, i) => answer === written[i]);
  const texts = [...new Set([...wanted, ...written])];
  const indicesOf = (all: readonly string[]) => all.map((text) => texts.indexOf(text));
  const grouping = groupingAccuracy(written, wanted);
  return { accuracy: right.length / rows.length, grouping, truth: indicesOf(wanted), predicted: indicesOf(written) };
}

/** @throws {RangeError} when the model cannot write. */
async function answerTo({ generate }: LanguageModel, adapter: DeviceAdapter, input: string): Promise<string> {
  if (!generate) throw new RangeError("This model compares texts and cannot write them; use another --model");
  let text = "";
  for await (const piece of generate({ input, adapter, options: GREEDY, beforeToken: async () => {} })) text += piece;
  return text.trim();
}
