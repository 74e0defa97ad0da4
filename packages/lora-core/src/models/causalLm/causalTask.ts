/** A causal language model bound to a task: the loss is the mean over answer tokens; labels are decoded within the label set. */
import * as tf from "@tensorflow/tfjs";
import type { Row, Task } from "../../data/task.ts";
import { maskedCrossEntropy } from "../../ops/maskedCrossEntropy/maskedCrossEntropy.ts";
import type { DeviceAdapter, Example, Scored, TaskModel } from "../languageModel.ts";
import { hiddenStates, logitsAt } from "./decoderForward.ts";
import type { DecoderWeights } from "./decoderWeights.ts";
import { advance, type LabelPath, skipForced } from "./labelDecoding.ts";
import { choiceTokens, labelTrie } from "./labelTrie.ts";
import type { PromptEncoder } from "./prompt.ts";
import { scoredBatch } from "./scoredPositions.ts";
import { tokenBatch } from "./tokenBatch.ts";

/** @throws {RangeError} when two labels cannot be told apart by their tokens. */
export function createCausalTask(weights: DecoderWeights, prompts: PromptEncoder, task: Task): TaskModel {
  const labels = task.kind === "label" ? task.labels : [];
  const trie = task.kind === "label" ? labelTrie(labels.map((label) => prompts.answer(label))) : null;
  const choices = trie ? choiceTokens(trie) : [];
  const columnOf = new Map(choices.map((token, column) => [token, column]));

  /** Label-token logits [K, C] at these positions. */
  const choiceLogits = (logits: tf.Tensor2D): tf.Tensor2D => tf.gather(logits, tf.tensor1d([...choices], "int32"), 1);

  /** Row k of a host matrix [K, C] as a lookup by token. */
  const lookup = (values: Float32Array, width: number, k: number, skip: number) => (token: number) =>
    values[k * width + skip + (columnOf.get(token) ?? 0)] ?? Number.NEGATIVE_INFINITY;

  /** Chooses on for all rows that still have a choice, one pass per choice, until each has one label. */
  async function finish(starts: readonly LabelPath[], examples: readonly Example[], adapter: DeviceAdapter | null) {
    const paths = [...starts];
    for (;;) {
      const open = paths.flatMap(({ node }, row) => (node.label === null ? [row] : []));
      if (open.length === 0) return paths;
      const rows = open.map((row) => prefix(examples[row], paths[row]));
      const logits = tf.tidy(() => {
        const batch = tokenBatch(rows);
        const hidden = hiddenStates(weights, batch, { adapter, dropout: null, cache: null });
        const last = rows.map((tokens, row) => row * batch.length + tokens.length - 1);
        return choiceLogits(logitsAt(weights, hidden, last));
      });
      const values = await readBack(logits);
      open.forEach((row, k) => {
        const path = paths[row];
        if (path) paths[row] = skipForced(advance(path, lookup(values, choices.length, k, 0)));
      });
    }
  }

  return {
    encode: (row, maxTokens) => encodeRow(row, Math.min(maxTokens, weights.config.maxPositions), prompts, task),

    loss(examples, adapter, dropout) {
      const { batch, positions, targets } = scoredBatch(examples);
      const logits = logitsAt(weights, hiddenStates(weights, batch, { adapter, dropout, cache: null }), positions);
      return tf.mean(maskedCrossEntropy(logits, tf.tensor1d([...targets], "int32")));
    },

    async score(examples, adapter) {
      const { batch, positions, targets, offsets } = scoredBatch(examples);
      // [K, 1 + C]: the loss of every answer token, then the logits of label tokens.
      const result = tf.tidy(() => {
        const logits = logitsAt(weights, hiddenStates(weights, batch, { adapter, dropout: null, cache: null }), positions);
        const losses = maskedCrossEntropy(logits, tf.tensor1d([...targets], "int32")).reshape<tf.Tensor2D>([-1, 1]);
        return trie ? tf.concat([losses, choiceLogits(logits)], 1) : losses;
      });
      const width = 1 + choices.length;
      const values = await readBack(result);
      const paths = trie ? examples.map((_, row) => followAnswer(row)) : [];
      const decided = await finish(paths, examples, adapter);
      return examples.map((_, row): Scored => {
        const [from = 0, to = 0] = offsets.slice(row, row + 2);
        let lossSum = 0;
        for (let k = from; k < to; k++) lossSum += values[k * width] ?? 0;
        return { label: decided[row]?.node.label ?? -1, lossSum, units: to - from };
      });

      /** As long as the choices agree with the true answer, its own pass has the next logits already. */
      function followAnswer(row: number): LabelPath {
        const [from = 0, to = 0] = offsets.slice(row, row + 2);
        let path = skipForced({ node: trie ?? { label: -1, children: new Map() }, tokens: [] });
        while (path.node.label === null) {
          const k = from + path.tokens.length;
          const agrees = path.tokens.every((token, i) => token === targets[from + i]);
          if (!agrees || k >= to) return path;
          path = skipForced(advance(path, lookup(values, width, k, 1)));
        }
        return path;
      }
    },

    dispose() {},
  };
}

/** Prompt and the label tokens chosen so far. */
function prefix(example: Example | undefined, path: LabelPath | undefined): Int32Array {
  const prompt = example?.tokens.subarray(0, example.answerStart) ?? [];
  return Int32Array.from([...prompt, ...(path?.tokens ?? [])]);
}

function encodeRow(row: Row, maxTokens: number, prompts: PromptEncoder, task: Task): Example {
  const label = task.kind === "label" ? task.labels.indexOf(row.answer) : -1;
  if (task.kind === "label" && label < 0) throw new RangeError(`Line ${row.line}: "${row.answer}" is not one of the labels`);
  const answer = prompts.answer(row.answer);
  const prompt = prompts.prompt(row.input, maxTokens - answer.length);
  return { tokens: Int32Array.from([...prompt, ...answer]), answerStart: prompt.length, label };
}

async function readBack(tensor: tf.Tensor): Promise<Float32Array> {
  const values = Float32Array.from(await tensor.data());
  tensor.dispose();
  return values;
}
