/** Which positions of a batch predict answer tokens, and which tokens those are. */
import type { Example } from "../languageModel.ts";
import { type PackedTokens, packedTokens } from "./tokenBatch.ts";

export interface ScoredBatch {
  /** The rows without their last token, which nothing is predicted from. */
  readonly batch: PackedTokens;
  /** K positions in the batch, row after row. */
  readonly positions: readonly number[];
  /** The K tokens to be predicted there. */
  readonly targets: readonly number[];
  /** Per row, the index in `positions` of its first answer token; one entry more than rows, as the end of the last. */
  readonly offsets: readonly number[];
}

/** The position before each answer token predicts it. */
export function scoredBatch(examples: readonly Example[]): ScoredBatch {
  const batch = packedTokens(examples.map(({ tokens }) => tokens.subarray(0, -1)));
  const positions: number[] = [];
  const targets: number[] = [];
  const offsets = [0];
  examples.forEach(({ tokens, answerStart }, row) => {
    const first = batch.offsets[row] ?? 0;
    for (let at = answerStart; at < tokens.length; at++) {
      positions.push(first + at - 1);
      targets.push(tokens[at] ?? 0);
    }
    offsets.push(positions.length);
  });
  return { batch, positions, targets, offsets };
}
