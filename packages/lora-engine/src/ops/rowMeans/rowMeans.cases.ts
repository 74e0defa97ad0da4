/** Cases of rowMeans: one token, rows of many lengths, widths that are no multiple of 4. */
import { rowOffsets } from "../selfAttention/rowOffsets.ts";
import { noiseInput, type OpCase } from "../testing/opCase.ts";
import { rowMeansForward, rowMeansGradient } from "./rowMeans.reference.ts";
import { rowMeans } from "./rowMeans.ts";

function rowMeansCase(lengths: readonly number[], width: number): OpCase {
  const offsets = rowOffsets(lengths);
  const extents: [number, number] = [offsets.at(-1) ?? 0, width];
  return {
    name: `rows of ${lengths}, width ${width}`,
    inputs: [noiseInput(extents, "x")],
    op:
      () =>
      ([x]) =>
        rowMeans(x!.as2D(...extents), offsets),
    reference: ([x]) => rowMeansForward(x!, offsets, width),
    gradients: (_, dy) => [rowMeansGradient(dy, offsets, width)],
  };
}

export const rowMeansCases: readonly OpCase[] = [rowMeansCase([1], 1), rowMeansCase([3, 1, 7], 6), rowMeansCase([5, 5], 16)];
