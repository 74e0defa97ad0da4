/** Cases of attention: one token, grouped keys, causal and padding masks, fewer queries than keys (cached keys). */

import { noiseInput, type OpCase } from "../testing/opCase.ts";
import { type AttentionShape, attentionForward, attentionGradients } from "./attention.reference.ts";
import { attention } from "./attention.ts";
import { causalBias, MASKED, paddingBias } from "./attentionBias.ts";

interface Sizes {
  readonly batch: number;
  readonly heads: number;
  readonly keyHeads: number;
  readonly queries: number;
  readonly keys: number;
  readonly width: number;
  readonly mask: "none" | "causal" | "padding";
}

function attentionCase(sizes: Sizes): OpCase {
  const { batch, heads, keyHeads, queries, keys, width, mask } = sizes;
  const scale = 1 / Math.sqrt(width);
  // Rows of the batch have different numbers of real keys, at least one.
  const lengths = Array.from({ length: batch }, (_, row) => Math.max(1, keys - 2 * row));
  const hidden = (row: number, i: number, j: number) =>
    (mask === "causal" && j > keys - queries + i) || (mask === "padding" && j >= (lengths[row] ?? keys));
  const shape: AttentionShape = { ...sizes, scale, bias: (row, i, j) => (hidden(row, i, j) ? MASKED : 0) };
  const queryShape: [number, number, number, number] = [batch, heads, queries, width];
  const keyShape: [number, number, number, number] = [batch, keyHeads, keys, width];
  const makeBias = () =>
    mask === "causal" ? causalBias(queries, keys - queries) : mask === "padding" ? paddingBias(lengths, keys) : null;
  return {
    name: `q [${queryShape}], k [${keyShape}], mask ${mask}`,
    inputs: [noiseInput(queryShape, "q"), noiseInput(keyShape, "k"), noiseInput(keyShape, "v")],
    op:
      () =>
      ([q, k, v]) =>
        attention({ q: q!.as4D(...queryShape), k: k!.as4D(...keyShape), v: v!.as4D(...keyShape) }, { scale, bias: makeBias() }),
    reference: ([q, k, v]) => attentionForward({ q: q!, k: k!, v: v! }, shape),
    gradients: ([q, k, v], dy) => attentionGradients({ q: q!, k: k!, v: v! }, shape, dy),
  };
}

export const attentionCases: readonly OpCase[] = [
  attentionCase({ batch: 1, heads: 1, keyHeads: 1, queries: 1, keys: 1, width: 1, mask: "causal" }),
  attentionCase({ batch: 2, heads: 3, keyHeads: 3, queries: 5, keys: 5, width: 6, mask: "padding" }),
  attentionCase({ batch: 2, heads: 4, keyHeads: 2, queries: 7, keys: 7, width: 5, mask: "causal" }),
  attentionCase({ batch: 1, heads: 6, keyHeads: 1, queries: 2, keys: 9, width: 4, mask: "causal" }),
  attentionCase({ batch: 3, heads: 2, keyHeads: 1, queries: 1, keys: 6, width: 3, mask: "none" }),
  attentionCase({ batch: 2, heads: 2, keyHeads: 1, queries: 6, keys: 6, width: 8, mask: "causal" }),
];

/** More query rows than a kernel takes at a time, too many for finite differences. */
export const longAttentionCases: readonly OpCase[] = [
  attentionCase({ batch: 1, heads: 4, keyHeads: 2, queries: 70, keys: 70, width: 5, mask: "causal" }),
  attentionCase({ batch: 2, heads: 1, keyHeads: 1, queries: 131, keys: 133, width: 6, mask: "padding" }),
];
