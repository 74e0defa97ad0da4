/** A task's labels as a causal model decides between them: by the tokens that tell them apart. */
import type { Prediction } from "@duet/lora-core/contract/answering";
import { disposeFrozenLinear, type FrozenLinear, sharedLinear } from "../../ops/frozenLinear.ts";
import { frozenRows } from "../../ops/frozenRows/frozenRows.ts";
import type { DeviceAdapter } from "../languageModel.ts";
import type { DecoderWeights } from "./decoderWeights.ts";
import {
  advance,
  choicePoints,
  greedyLabel,
  type LabelPath,
  type Logit,
  labelProbabilities,
  skipForced,
} from "./labelDecoding.ts";
import { choiceTokens, type LabelTrie, labelTrie } from "./labelTrie.ts";
import { type Continuation, continuationLogits, type PromptCache, readPrompts } from "./promptCache.ts";

/** Continuations computed together. */
const CONTINUATIONS = 128;

export interface LabelChoices {
  readonly trie: LabelTrie;
  /** Tokens that a choice is ever made between, in the order of their columns. */
  readonly tokens: readonly number[];
  /** The output head of these tokens only. */
  readonly head: FrozenLinear;
  /** A row of logits of these tokens, from `start` on, by token. */
  logitsIn(values: Float32Array, start: number): Logit;
  /** Chooses on from where each row of the prompts stands until it has one label; one pass per choice, over the rows that still have one. */
  finish(prompts: PromptCache, paths: readonly LabelPath[]): Promise<readonly LabelPath[]>;
  /** Label and probabilities of prompts of at least two tokens. */
  predict(prompts: readonly Int32Array[], adapter: DeviceAdapter | null): Promise<readonly Prediction[]>;
  dispose(): void;
}

/** `sequences` are the labels' tokens. The caller disposes it. @throws {RangeError} when two labels cannot be told apart by their tokens. */
export function createLabelChoices(weights: DecoderWeights, sequences: readonly (readonly number[])[]): LabelChoices {
  const trie = labelTrie(sequences);
  const tokens = choiceTokens(trie);
  const columnOf = new Map(tokens.map((token, column) => [token, column]));
  const head = headOf(weights, tokens);
  const points = choicePoints(trie);

  const logitsIn = (values: Float32Array, start: number): Logit => {
    return (token) => values[start + (columnOf.get(token) ?? 0)] ?? Number.NEGATIVE_INFINITY;
  };

  /** What each continuation could go on with. */
  async function logitsAfter(prompts: PromptCache, continuations: readonly Continuation[]): Promise<readonly Logit[]> {
    const found: Logit[] = [];
    for (let start = 0; start < continuations.length; start += CONTINUATIONS) {
      const part = continuations.slice(start, start + CONTINUATIONS);
      const logits = continuationLogits(weights, prompts, part, head);
      const values = Float32Array.from(await logits.data());
      logits.dispose();
      found.push(...part.map((_, k) => logitsIn(values, k * tokens.length)));
    }
    return found;
  }

  return {
    trie,
    tokens,
    head,
    logitsIn,
    async finish(prompts, starts) {
      const paths = [...starts];
      for (;;) {
        const open = [...paths.entries()].filter(([, { node }]) => node.label === null);
        if (open.length === 0) return paths;
        const logits = await logitsAfter(
          prompts,
          open.map(([row, path]) => ({ row, tokens: path.tokens })),
        );
        open.forEach(([row, path], k) => {
          const logit = logits[k];
          if (logit) paths[row] = skipForced(advance(path, logit));
        });
      }
    },
    async predict(inputs, adapter) {
      const prompts = readPrompts(weights, inputs, adapter);
      try {
        const continuations = inputs.flatMap((_, row) => points.map((point) => ({ row, tokens: point.tokens })));
        const logits = await logitsAfter(prompts, continuations);
        return inputs.map((_, row) => {
          const logitAt = (node: LabelTrie): Logit => {
            const point = points.findIndex((known) => known.node === node);
            return logits[row * points.length + point] ?? (() => Number.NaN);
          };
          return {
            label: greedyLabel(trie, logitAt),
            probabilities: labelProbabilities(trie, sequences.length, logitAt),
          };
        });
      } finally {
        prompts.cache.dispose();
      }
    },
    dispose: () => disposeFrozenLinear(head),
  };
}

/** The output head of these tokens only. */
function headOf(weights: DecoderWeights, tokens: readonly number[]): FrozenLinear {
  return sharedLinear(frozenRows(weights.head.weight, tokens));
}
