/** selfAttention.ts of other ops: rows of different lengths are padded for them, and hidden where that matters. */
import * as tf from "@tensorflow/tfjs";
import { attention } from "../attention/attention.ts";
import { causalBias, paddingBias } from "../attention/attentionBias.ts";
import { rotary } from "../rotary/rotary.ts";
import type { RotaryTable } from "../rotary/rotaryTable.ts";
import { selectRows } from "../selectRows/selectRows.ts";
import { rowLengths } from "./rowOffsets.ts";
import type { SelfAttentionOptions } from "./selfAttentionKernel.ts";

export function composedSelfAttention(x: tf.Tensor2D, options: SelfAttentionOptions): tf.Tensor2D {
  const { heads, keyHeads, headWidth, offsets, scale, causal, table } = options;
  const lengths = rowLengths(offsets);
  const longest = Math.max(...lengths);
  const isEven = lengths.every((length) => length === longest);
  const padded = isEven ? x : selectRows(x, paddedPlaces(options, longest));
  const widths = [heads, keyHeads, keyHeads].map((count) => count * headWidth);
  const perHead = (part: tf.Tensor2D): tf.Tensor4D =>
    tf.transpose(part.reshape<tf.Tensor4D>([lengths.length, longest, part.shape[1] / headWidth, headWidth]), [0, 2, 1, 3]);
  const [q, k, v] = tf.split<tf.Tensor2D>(padded, widths, 1).map(perHead);
  if (!q || !k || !v) throw new RangeError("unreachable: split in three");
  const turned = (part: tf.Tensor4D) => (table ? rotary(part, cut(table, longest)) : part);
  const bias = causal ? causalBias(longest) : isEven ? null : paddingBias(lengths, longest);
  const out = tf.transpose(attention({ q: turned(q), k: turned(k), v }, { scale, bias }), [0, 2, 1, 3]);
  const joined = out.reshape<tf.Tensor2D>([lengths.length * longest, heads * headWidth]);
  return isEven ? joined : selectRows(joined, realPlaces(lengths, longest));
}

function cut({ cos, sin }: RotaryTable, length: number): RotaryTable {
  return cos.shape[0] === length ? { cos, sin } : { cos: cos.slice([0, 0], [length, -1]), sin: sin.slice([0, 0], [length, -1]) };
}

/** The token at each place of the padded rows; behind a row its last one again, which nobody reads. */
function paddedPlaces({ offsets }: SelfAttentionOptions, longest: number): readonly number[] {
  return rowLengths(offsets).flatMap((length, row) =>
    Array.from({ length: longest }, (_, place) => (offsets[row] ?? 0) + Math.min(place, length - 1)),
  );
}

/** Where the tokens are in the padded rows. */
function realPlaces(lengths: readonly number[], longest: number): readonly number[] {
  return lengths.flatMap((length, row) => Array.from({ length }, (_, place) => row * longest + place));
}
