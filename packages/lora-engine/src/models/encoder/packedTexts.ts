/** A batch of texts of different lengths, one after the other. */
import type * as tf from "@tensorflow/tfjs";
import { plainMatrix } from "../../ops/frozenMatrix/frozenMatrix.ts";
import { frozenRows } from "../../ops/frozenRows/frozenRows.ts";
import { placesIn, type RowOffsets, rowOffsets } from "../../ops/selfAttention/rowOffsets.ts";

/** Characters of a text read per token wanted; next to no piece of a vocabulary is as long, so the cut hardly changes what is read. */
export const CHARACTERS_PER_TOKEN = 64;

/** Where each text begins. @throws {RangeError} when a text has no token or more than `maxTokens`. */
export function textOffsets(texts: readonly Int32Array[], maxTokens: number): RowOffsets {
  const lengths = texts.map((tokens) => tokens.length);
  const longest = Math.max(...lengths);
  if (Math.min(...lengths) < 1 || longest > maxTokens) {
    throw new RangeError(`embedTexts: texts of 1 to ${maxTokens} tokens are read, got ${Math.min(...lengths)} to ${longest}`);
  }
  return rowOffsets(lengths);
}

/** For each token the row of a table of positions that belongs to its place in its text, from row `first` on: [N, width]. */
export function placeRows(table: tf.Tensor2D, offsets: RowOffsets, first = 0): tf.Tensor2D {
  return frozenRows(
    plainMatrix(table),
    placesIn(offsets).map((place) => first + place),
  );
}
