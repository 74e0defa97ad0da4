/** Which positions of a batch predict answer tokens, and which tokens those are. */
import type { Example } from "../languageModel.ts";
import { type PackedTokens, packedTokens, type TokenBatch, tokenBatch, wholeBuckets } from "./tokenBatch.ts";

interface Scored {
  /** K positions in the batch, row after row. */
  readonly positions: readonly number[];
  /** The K tokens to be predicted there. */
  readonly targets: readonly number[];
  /** Per row, the index in `positions` of its first answer token; one entry more than rows, as the end of the last. */
  readonly offsets: readonly number[];
}

export interface ScoredBatch extends Scored {
  /** The rows without their last token, which nothing is predicted from. */
  readonly batch: PackedTokens;
}

/** The position before each answer token predicts it. */
export function scoredBatch(examples: readonly Example[]): ScoredBatch {
  const batch = packedTokens(inputsOf(examples));
  return { batch, ...scored(examples, (row) => batch.offsets[row] ?? 0) };
}

export interface AlignedBatch extends Scored {
  /** As in {@link ScoredBatch}. */
  readonly batch: TokenBatch;
  /** The prompts of all rows end before this column, and the answers begin at it. */
  readonly answerColumn: number;
}

/** The same with the prompts padded on the left, so that their end is a column of a cache from which other answers can go on. */
export function alignedBatch(examples: readonly Example[]): AlignedBatch {
  const answerColumn = wholeBuckets(Math.max(...examples.map(({ answerStart }) => answerStart)));
  const padding = examples.map(({ answerStart }) => answerColumn - answerStart);
  const batch = tokenBatch(inputsOf(examples), padding);
  return { batch, answerColumn, ...scored(examples, (row) => row * batch.length + (padding[row] ?? 0)) };
}

function inputsOf(examples: readonly Example[]): readonly Int32Array[] {
  return examples.map(({ tokens }) => tokens.subarray(0, -1));
}

/** `firstOf` says where a row begins in the batch. */
function scored(examples: readonly Example[], firstOf: (row: number) => number): Scored {
  const positions: number[] = [];
  const targets: number[] = [];
  const offsets = [0];
  examples.forEach(({ tokens, answerStart }, row) => {
    const first = firstOf(row);
    for (let at = answerStart; at < tokens.length; at++) {
      positions.push(first + at - 1);
      targets.push(tokens[at] ?? 0);
    }
    offsets.push(positions.length);
  });
  return { positions, targets, offsets };
}
