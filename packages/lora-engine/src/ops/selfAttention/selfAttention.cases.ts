/** Cases of selfAttention: one token, rows of one length and of many, grouped keys, odd widths, with and without rotary positions. */

import { rotaryTable } from "../rotary/rotaryTable.ts";
import { noiseInput, type OpCase } from "../testing/opCase.ts";
import { rowOffsets } from "./rowOffsets.ts";
import { type SelfAttentionCase, selfAttentionForward, selfAttentionGradient } from "./selfAttention.reference.ts";
import { selfAttention } from "./selfAttention.ts";

interface Sizes {
  readonly lengths: readonly number[];
  readonly heads: number;
  readonly keyHeads: number;
  readonly headWidth: number;
  readonly causal: boolean;
  readonly rotary?: boolean;
}

function selfAttentionCase({ lengths, rotary = false, ...sizes }: Sizes): OpCase {
  const { heads, keyHeads, headWidth, causal } = sizes;
  const half = headWidth / 2;
  const frequencies = rotary ? Array.from({ length: half }, (_, j) => 10_000 ** (-j / half)) : null;
  const shape: SelfAttentionCase = { ...sizes, offsets: rowOffsets(lengths), scale: 1 / Math.sqrt(headWidth), frequencies };
  const extents: [number, number] = [shape.offsets.at(-1) ?? 0, (heads + 2 * keyHeads) * headWidth];
  const mask = causal ? "causal" : "all";
  return {
    name: `rows of ${lengths}, ${heads} heads over ${keyHeads} of ${headWidth}, ${mask}${rotary ? ", rotary" : ""}`,
    inputs: [noiseInput(extents, "x")],
    op:
      () =>
      ([x]) => {
        const table = frequencies && rotaryTable({ start: 0, length: Math.max(...lengths), frequencies });
        return selfAttention(x!.as2D(...extents), { ...shape, table });
      },
    reference: ([x]) => selfAttentionForward(x!, shape),
    gradients: ([x], dy) => [selfAttentionGradient(x!, shape, dy)],
  };
}

export const selfAttentionCases: readonly OpCase[] = [
  selfAttentionCase({ lengths: [1], heads: 1, keyHeads: 1, headWidth: 1, causal: true }),
  selfAttentionCase({ lengths: [5, 5], heads: 2, keyHeads: 1, headWidth: 6, causal: true, rotary: true }),
  selfAttentionCase({ lengths: [3, 7, 1], heads: 3, keyHeads: 3, headWidth: 5, causal: false }),
  selfAttentionCase({ lengths: [7, 2, 4], heads: 4, keyHeads: 2, headWidth: 4, causal: true, rotary: true }),
  selfAttentionCase({ lengths: [4, 8], heads: 2, keyHeads: 1, headWidth: 8, causal: false, rotary: true }),
];

/** Longer than a block of queries, and than many tiles; too many for finite differences. */
export const longSelfAttentionCases: readonly OpCase[] = [
  selfAttentionCase({ lengths: [133, 40, 17], heads: 2, keyHeads: 1, headWidth: 10, causal: true, rotary: true }),
  selfAttentionCase({ lengths: [131, 250], heads: 1, keyHeads: 1, headWidth: 6, causal: false }),
  selfAttentionCase({ lengths: [64, 64, 63], heads: 4, keyHeads: 2, headWidth: 64, causal: true, rotary: true }),
];
