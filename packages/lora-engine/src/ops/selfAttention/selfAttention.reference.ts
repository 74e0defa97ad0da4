/** Row by row in float64, of the references of attention and rotary positions: the oracle of selfAttention.ts. */
import { type AttentionValues, attentionForward, attentionGradients } from "../attention/attention.reference.ts";
import { rotaryForward, rotaryGradient } from "../rotary/rotary.reference.ts";
import { type RowOffsets, rowLengths } from "./rowOffsets.ts";
import type { HeadShape } from "./selfAttentionKernel.ts";

export interface SelfAttentionCase extends HeadShape {
  readonly offsets: RowOffsets;
  readonly scale: number;
  readonly causal: boolean;
  /** Radians per place of each pair of a head's values; null without rotary positions. */
  readonly frequencies: readonly number[] | null;
}

export function selfAttentionForward(x: Float64Array, shape: SelfAttentionCase): Float64Array {
  const out = new Float64Array((shape.offsets.at(-1) ?? 0) * shape.heads * shape.headWidth);
  eachRow(shape, (row) => {
    put(out, shape.heads, 0, attentionForward(turnedParts(x, shape, row), rowShape(shape, row)), shape, row);
  });
  return out;
}

export function selfAttentionGradient(x: Float64Array, shape: SelfAttentionCase, dy: Float64Array): Float64Array {
  const { heads, keyHeads } = shape;
  const dx = new Float64Array(x.length);
  const columns = heads + 2 * keyHeads;
  eachRow(shape, (row) => {
    const dOut = take(dy, heads, 0, heads, shape, row);
    const [dq, dk, dv] = attentionGradients(turnedParts(x, shape, row), rowShape(shape, row), dOut);
    put(dx, columns, 0, turnedBack(dq, shape, row), shape, row);
    put(dx, columns, heads, turnedBack(dk, shape, row), shape, row);
    put(dx, columns, heads + keyHeads, dv, shape, row);
  });
  return dx;
}

interface Row {
  readonly start: number;
  readonly length: number;
}

function eachRow({ offsets }: SelfAttentionCase, visit: (row: Row) => void): void {
  for (const [row, length] of rowLengths(offsets).entries()) visit({ start: offsets[row]!, length });
}

function rowShape({ heads, keyHeads, headWidth, scale, causal }: SelfAttentionCase, { length }: Row) {
  const bias = (_: number, i: number, j: number) => (causal && j > i ? -1e9 : 0);
  return { batch: 1, heads, keyHeads, queries: length, keys: length, width: headWidth, scale, bias };
}

function turnedParts(x: Float64Array, shape: SelfAttentionCase, row: Row): AttentionValues {
  const { heads, keyHeads } = shape;
  const columns = heads + 2 * keyHeads;
  const turned = (part: Float64Array) => {
    const { frequencies } = shape;
    return frequencies ? rotaryForward(part, { start: 0, length: row.length, frequencies }) : part;
  };
  return {
    q: turned(take(x, columns, 0, heads, shape, row)),
    k: turned(take(x, columns, heads, keyHeads, shape, row)),
    v: take(x, columns, heads + keyHeads, keyHeads, shape, row),
  };
}

function turnedBack(part: Float64Array, { frequencies }: SelfAttentionCase, { length }: Row): Float64Array {
  return frequencies ? rotaryGradient(part, { start: 0, length, frequencies }) : part;
}

/** Heads [first, first + count) of the `columns` that x [N, columns Dh] has, of one row: [count, length, Dh]. */
function take(x: Float64Array, columns: number, first: number, count: number, { headWidth }: HeadShape, { start, length }: Row) {
  return Float64Array.from({ length: count * length * headWidth }, (_, i) => {
    const [head, place, d] = [Math.floor(i / headWidth / length), Math.floor(i / headWidth) % length, i % headWidth];
    return x[((start + place) * columns + first + head) * headWidth + d]!;
  });
}

/** The other way round. */
function put(
  x: Float64Array,
  columns: number,
  first: number,
  part: Float64Array,
  { headWidth }: HeadShape,
  { start, length }: Row,
): void {
  part.forEach((value, i) => {
    const [head, place, d] = [Math.floor(i / headWidth / length), Math.floor(i / headWidth) % length, i % headWidth];
    x[((start + place) * columns + first + head) * headWidth + d] = value;
  });
}
