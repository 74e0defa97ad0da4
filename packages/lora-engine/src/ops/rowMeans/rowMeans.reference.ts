/** Plain loops in float64: the oracle of rowMeans.ts. */
import { type RowOffsets, rowLengths } from "../selfAttention/rowOffsets.ts";

export function rowMeansForward(x: Float64Array, offsets: RowOffsets, width: number): Float64Array {
  const lengths = rowLengths(offsets);
  return Float64Array.from({ length: lengths.length * width }, (_, i) => {
    const [row, column] = [Math.floor(i / width), i % width];
    let sum = 0;
    for (let token = offsets[row]!; token < offsets[row + 1]!; token++) sum += x[token * width + column]!;
    return sum / lengths[row]!;
  });
}

export function rowMeansGradient(dy: Float64Array, offsets: RowOffsets, width: number): Float64Array {
  const lengths = rowLengths(offsets);
  return Float64Array.from(
    lengths.flatMap((length, row) => Array.from({ length: length * width }, (_, i) => dy[row * width + (i % width)]! / length)),
  );
}
