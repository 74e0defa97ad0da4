/** A causal language model bound to a task: the loss is the mean over answer tokens; labels are decoded within the label set. */

import type { Row } from "@duet/lora-core/data/row";
import type { Task } from "@duet/lora-core/data/task";
import { workError } from "@duet/lora-core/errors/workError";
import * as tf from "@tensorflow/tfjs";
import { headCrossEntropy } from "../../ops/headCrossEntropy/headCrossEntropy.ts";
import { loraLinear } from "../../ops/loraLinear/loraLinear.ts";
import { meanOf } from "../../ops/meanOf/meanOf.ts";
import type { DeviceAdapter, Example, Scored, TaskModel, TrainingPass } from "../languageModel.ts";
import { headInput, hiddenStates } from "./decoderForward.ts";
import type { DecoderWeights } from "./decoderWeights.ts";
import { greedyTexts } from "./greedyTexts.ts";
import { createLabelChoices, type LabelChoices } from "./labelChoices.ts";
import { advance, type LabelPath, skipForced } from "./labelDecoding.ts";
import { createPackedKeyValues } from "./packedKeyValues.ts";
import type { PromptEncoder } from "./prompt.ts";
import { type PromptCache, promptsIn } from "./promptCache.ts";
import { type ScoredBatch, scoredBatch } from "./scoredPositions.ts";

/** @throws {RangeError} when two labels cannot be told apart by their tokens. */
export function createCausalTask(weights: DecoderWeights, prompts: PromptEncoder, task: Task): TaskModel {
  const labels = task.kind === "label" ? task.labels : [];
  const choices =
    task.kind === "label"
      ? createLabelChoices(
          weights,
          labels.map((label) => prompts.answer(label)),
        )
      : null;
  const within = (maxTokens: number) => Math.min(maxTokens, weights.config.maxPositions);

  /** What the head reads before every answer token, [K, D]. */
  function beforeAnswers(examples: readonly Example[], adapter: DeviceAdapter | null, pass: TrainingPass | null): tf.Tensor2D {
    const { batch, positions } = scoredBatch(examples);
    const hidden = hiddenStates(weights, batch, { dropout: null, ...pass, adapter, cache: null, at: positions });
    return headInput(weights, hidden, null);
  }

  function losses(examples: readonly Example[], adapter: DeviceAdapter | null, pass: TrainingPass | null): tf.Tensor1D {
    const { targets } = scoredBatch(examples);
    const input = beforeAnswers(examples, adapter, pass);
    return headCrossEntropy(input, weights.head, tf.tensor1d([...targets], "int32"));
  }

  return {
    encode: (row, maxTokens) => encodeRow(row, within(maxTokens), prompts, task),

    encodeInput(input, maxTokens) {
      const longest = Math.max(0, ...labels.map((label) => prompts.answer(label).length));
      return Int32Array.from(prompts.prompt(input, within(maxTokens) - longest));
    },

    loss: (examples, adapter, pass) => meanOf(losses(examples, adapter, pass)),

    losses,

    logits: (examples, adapter, pass) => loraLinear(beforeAnswers(examples, adapter, pass), weights.head, null),

    readsRowsAsTheyAre: false,
    prototypesOf: null,

    choices({ tokens, answerStart }) {
      const answer = [...tokens.subarray(answerStart)];
      return answer.map((choice, at) => ({ choice, context: answer.slice(0, at).join(" ") }));
    },

    async score(examples, adapter) {
      const read = scoredBatch(examples);
      const kept = choices && createPackedKeyValues(weights.config, read.batch.offsets);
      try {
        // [K, 1 + C]: the loss of every answer token, then the logits of label tokens.
        const result = tf.tidy(() => {
          const hidden = hiddenStates(weights, read.batch, { adapter, dropout: null, cache: null, kept, at: read.positions });
          const input = headInput(weights, hidden, null);
          const losses = headCrossEntropy(input, weights.head, tf.tensor1d([...read.targets], "int32"));
          const column = losses.reshape<tf.Tensor2D>([-1, 1]);
          return choices ? tf.concat([column, loraLinear(input, choices.head, null)], 1) : column;
        });
        const values = Float32Array.from(await result.data());
        result.dispose();
        const found = sumLosses(values, read, examples);
        if (!choices || !kept) return found;
        const paths = examples.map((_, row) => followAnswer(choices, values, read, row));
        const decided = await finishOpen(choices, paths, (rows) => {
          const promptOf = ({ tokens, answerStart }: Example) => tokens.subarray(0, answerStart);
          const prompts = rows.flatMap((row) =>
            examples.slice(row, row + 1).map((example) => ({ row, tokens: promptOf(example) })),
          );
          return promptsIn(kept, prompts, adapter);
        });
        return found.map((scored, row) => ({ ...scored, label: decided[row]?.node.label ?? -1 }));
      } finally {
        kept?.dispose();
      }
    },

    predict: choices && ((inputs, adapter) => choices.predict(inputs, adapter)),

    write: choices
      ? null
      : async (examples, adapter, options) => {
          const asked = examples.map(({ tokens, answerStart }) => tokens.subarray(0, answerStart));
          const { stopTokens } = prompts;
          const written = await greedyTexts(weights, { prompts: asked, adapter, stopTokens, ...options });
          return examples.map(({ tokens, answerStart }, row) => ({
            written: prompts.text(written[row] ?? []),
            wanted: prompts.text([...tokens.subarray(answerStart)]),
          }));
        },

    dispose: () => choices?.dispose(),
  };
}

/** Loss of each row from its values [K, width], whose first column is the loss of a token. */
function sumLosses(values: Float32Array, { offsets, positions }: ScoredBatch, examples: readonly Example[]): Scored[] {
  const width = values.length / positions.length;
  return examples.map((_, row) => {
    const [from = 0, to = 0] = offsets.slice(row, row + 2);
    let lossSum = 0;
    for (let k = from; k < to; k++) lossSum += values[k * width] ?? 0;
    return { label: -1, lossSum, units: to - from };
  });
}

/** Chooses on where a path has no label yet, from the prompts of these rows alone. */
async function finishOpen(
  choices: LabelChoices,
  paths: readonly LabelPath[],
  promptsOf: (rows: readonly number[]) => PromptCache,
): Promise<readonly LabelPath[]> {
  const open = [...paths.entries()].filter(([, { node }]) => node.label === null);
  if (open.length === 0) return paths;
  const prompts = promptsOf(open.map(([row]) => row));
  try {
    const finished = await choices.finish(
      prompts,
      open.map(([, path]) => path),
    );
    const byRow = new Map(open.map(([row], i) => [row, finished[i]]));
    return paths.map((path, row) => byRow.get(row) ?? path);
  } finally {
    prompts.cache.dispose();
  }
}

/** As long as the choices agree with the true answer, its own pass has the next logits already. */
function followAnswer(choices: LabelChoices, values: Float32Array, { offsets, targets }: ScoredBatch, row: number): LabelPath {
  const width = 1 + choices.tokens.length;
  const [from = 0, to = 0] = offsets.slice(row, row + 2);
  let path = skipForced({ node: choices.trie, tokens: [] });
  while (path.node.label === null) {
    const k = from + path.tokens.length;
    const agrees = path.tokens.every((token, i) => token === targets[from + i]);
    if (!agrees || k >= to) return path;
    path = skipForced(advance(path, choices.logitsIn(values, k * width + 1)));
  }
  return path;
}

function encodeRow(row: Row, maxTokens: number, prompts: PromptEncoder, task: Task): Example {
  const label = task.kind === "label" ? task.labels.indexOf(row.answer) : -1;
  if (task.kind === "label" && label < 0) throw workError("ROWS", ["notALabel", row.line, row.answer]);
  const answer = prompts.answer(row.answer);
  const prompt = prompts.prompt(row.turns ?? row.input, maxTokens - answer.length);
  return { tokens: Int32Array.from([...prompt, ...answer]), answerStart: prompt.length, label };
}
