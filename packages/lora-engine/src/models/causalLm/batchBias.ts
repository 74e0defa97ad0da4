/** What the tokens of a batch may look at: nothing later, and no padding on their left. */
import * as tf from "@tensorflow/tfjs";
import { causalBias, MASKED } from "../../ops/attention/attentionBias.ts";
import type { TokenBatch } from "./tokenBatch.ts";

/**
 * [1 or B, 1, T or 1, start + T], to be added to scores; null where everything may be looked at. `start` columns lie before the
 * batch. With rotary positions a row may stand anywhere, as only differences of positions count. Call inside tf.tidy.
 */
export function batchBias({ length, leftPadding }: TokenBatch, start: number): tf.Tensor4D | null {
  const causal = length > 1 ? causalBias(length, start) : null;
  if (!leftPadding?.some((columns) => columns > 0)) return causal;
  const keys = start + length;
  const values = new Float32Array(leftPadding.length * keys);
  leftPadding.forEach((columns, row) => {
    values.fill(MASKED, row * keys, row * keys + columns);
  });
  const padding = tf.tensor4d(values, [leftPadding.length, 1, 1, keys]);
  return causal ? tf.add(causal, padding) : padding;
}
