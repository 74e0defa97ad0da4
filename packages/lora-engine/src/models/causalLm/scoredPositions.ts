/** Which positions of a padded batch predict answer tokens, and which tokens those are. */
import type { Example } from "../languageModel.ts";
import { type TokenBatch, tokenBatch, wholeBuckets } from "./tokenBatch.ts";

export interface ScoredBatch {
  /** The rows without their last token, which nothing is predicted from. */
  readonly batch: TokenBatch;
  /** K positions in [0, B T), row after row. */
  readonly positions: readonly number[];
  /** The K tokens to be predicted there. */
  readonly targets: readonly number[];
  /** Per row, the index in `positions` of its first answer token; one entry more than rows, as the end of the last. */
  readonly offsets: readonly number[];
}

/** The position before each answer token predicts it. */
export function scoredBatch(examples: readonly Example[]): ScoredBatch {
  return score(examples, null);
}

export interface AlignedBatch extends ScoredBatch {
  /** The prompts of all rows end before this column, and the answers begin at it. */
  readonly answerColumn: number;
}

/** The same with the prompts padded on the left, so that their end is a column of a cache from which other answers can go on. */
export function alignedBatch(examples: readonly Example[]): AlignedBatch {
  const answerColumn = wholeBuckets(Math.max(...examples.map(({ answerStart }) => answerStart)));
  const padding = examples.map(({ answerStart }) => answerColumn - answerStart);
  return { ...score(examples, padding), answerColumn };
}

function score(examples: readonly Example[], leftPadding: readonly number[] | null): ScoredBatch {
  const batch = tokenBatch(
    examples.map(({ tokens }) => tokens.subarray(0, -1)),
    leftPadding,
  );
  const positions: number[] = [];
  const targets: number[] = [];
  const offsets = [0];
  examples.forEach(({ tokens, answerStart }, row) => {
    const first = row * batch.length + (leftPadding?.[row] ?? 0);
    for (let at = answerStart; at < tokens.length; at++) {
      positions.push(first + at - 1);
      targets.push(tokens[at] ?? 0);
    }
    offsets.push(positions.length);
  });
  return { batch, positions, targets, offsets };
}
