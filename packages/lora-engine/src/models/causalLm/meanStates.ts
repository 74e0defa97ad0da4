/** Texts as vectors of a decoder's untouched base: the mean of what its head would read at each token, of length 1. */
import * as tf from "@tensorflow/tfjs";
import { rowMeans } from "../../ops/rowMeans/rowMeans.ts";
import { unitRows } from "../../ops/unitRows/unitRows.ts";
import { headInput, hiddenStates } from "./decoderForward.ts";
import type { DecoderWeights } from "./decoderWeights.ts";
import { packedTokens } from "./tokenBatch.ts";

/** [B][D]. @throws {RangeError} when a text has no token. */
export async function meanStates(weights: DecoderWeights, texts: readonly Int32Array[]): Promise<readonly (readonly number[])[]> {
  const batch = packedTokens(texts);
  const vectors = tf.tidy(() => {
    const hidden = hiddenStates(weights, batch, { adapter: null, dropout: null, cache: null });
    return unitRows(rowMeans(headInput(weights, hidden, null), batch.offsets), { squashed: false });
  });
  try {
    return await vectors.array();
  } finally {
    vectors.dispose();
  }
}
