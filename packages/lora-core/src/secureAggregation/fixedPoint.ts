/**
 * Real numbers as integers modulo 2^16 or 2^32, and a sum of them back.
 *
 *   q = floor((clip(x, -c, c) + c) * s + u),   s = (2^b - 1) / 2c,   u uniform in [0, 1)
 *   sum of x over n clients = (sum of q) / s - n * c
 *
 * Bound: the rounding of one client is unbiased, below 1/s in size, with a standard deviation of at most 1/2s. A sum of n is within n/s
 * for certain, and has a standard deviation of at most sqrt(n)/2s: for c = 1, b = 26, n = 32 it is 9.5e-7 and 8.4e-8.
 * u has 32 bits, so that the bias of one value is below 2^-32/s. Clipping comes on top and is counted.
 */
import type { RandomBytes } from "./randomBytes.ts";
import { largestOf, lengthOf, type ModulusBits, type ValueGroup, type VectorLayout } from "./vectorLayout.ts";

type RealGroup = Extract<ValueGroup, { kind: "real" }>;

/** A client's vector, ready to be masked. */
export interface EncodedVector {
  readonly vector: Uint32Array<ArrayBuffer>;
  /** Values beyond the clip range of each real group, by its name. */
  readonly clipped: ReadonlyMap<string, number>;
}

/** Random bytes are drawn for as many values at a time. */
const PIECE_VALUES = 65_536;

/**
 * Values of every group of a layout by its name, already weighted, as one vector.
 * @throws {RangeError} a group that is missing or of another length, a real number that is not finite, a count out of its range.
 */
export function encodeVector(
  layout: VectorLayout,
  values: ReadonlyMap<string, ArrayLike<number>>,
  randomBytes: RandomBytes,
): EncodedVector {
  const vector = new Uint32Array(lengthOf(layout));
  const clipped = new Map<string, number>();
  let start = 0;
  for (const group of layout.groups) {
    const given = values.get(group.name);
    if (given?.length !== group.length) {
      throw new RangeError(`encodeVector: "${group.name}" has ${given?.length ?? "no"} values, expected ${group.length}`);
    }
    const target = vector.subarray(start, start + group.length);
    if (group.kind === "count") encodeCounts(group, given, target);
    else clipped.set(group.name, encodeReals(group, given, target, randomBytes));
    start += group.length;
  }
  return { vector, clipped };
}

/** The sums over `clients` vectors modulo 2^32, by group; in float64. @throws {RangeError} another length, or more clients than the layout allows. */
export function decodeSum(layout: VectorLayout, sum: Uint32Array, clients: number): ReadonlyMap<string, Float64Array> {
  if (sum.length !== lengthOf(layout)) throw new RangeError(`decodeSum: ${sum.length} values, expected ${lengthOf(layout)}`);
  if (clients > layout.clients) throw new RangeError(`decodeSum: ${clients} clients, at most ${layout.clients}`);
  let start = 0;
  return new Map(
    layout.groups.map((group) => {
      const integers = cut(sum.subarray(start, start + group.length), group.modulusBits);
      start += group.length;
      return [group.name, group.kind === "count" ? Float64Array.from(integers) : decodeReals(group, integers, clients)];
    }),
  );
}

/** What a decoded sum of `clients` can be away from the sum of the clipped values: for certain, and one standard deviation. */
export function sumErrorOf(group: RealGroup, clients: number): { readonly worst: number; readonly deviation: number } {
  const step = unitOf(group);
  return { worst: clients * step, deviation: (Math.sqrt(clients) * step) / 2 };
}

/** The real number that one integer stands for. */
export const unitOf = (group: RealGroup): number => 1 / scaleOf(group);

/** Modulo 2 to the power of `bits`. */
const cut = (integers: Uint32Array, bits: ModulusBits) => (bits === 32 ? integers : integers.map((value) => value & 0xffff));

function encodeCounts(
  { name, max }: Extract<ValueGroup, { kind: "count" }>,
  given: ArrayLike<number>,
  target: Uint32Array,
): void {
  for (let i = 0; i < target.length; i++) {
    const value = given[i] as number;
    if (!Number.isInteger(value) || value < 0 || value > max) {
      throw new RangeError(`encodeVector: "${name}" has a ${value}, expected an integer from 0 to ${max}`);
    }
    target[i] = value;
  }
}

/** Returns how many values were clipped. */
function encodeReals(group: RealGroup, given: ArrayLike<number>, target: Uint32Array, randomBytes: RandomBytes): number {
  const { clip, name } = group;
  const scale = scaleOf(group);
  const largest = largestOf(group);
  let clipped = 0;
  for (let start = 0; start < target.length; start += PIECE_VALUES) {
    const end = Math.min(start + PIECE_VALUES, target.length);
    const draws = new Uint32Array(randomBytes(4 * (end - start)).buffer);
    for (let i = start; i < end; i++) {
      const value = given[i] as number;
      if (!Number.isFinite(value)) throw new RangeError(`encodeVector: "${name}" has a ${value}`);
      if (Math.abs(value) > clip) clipped++;
      const scaled = (Math.max(-clip, Math.min(clip, value)) + clip) * scale;
      // The product can be a hair above the largest integer.
      target[i] = Math.min(largest, Math.floor(scaled + (draws[i - start] as number) / 2 ** 32));
    }
  }
  return clipped;
}

function decodeReals(group: RealGroup, integers: Uint32Array, clients: number): Float64Array {
  const scale = scaleOf(group);
  const shift = clients * group.clip;
  const sums = new Float64Array(integers.length);
  for (let i = 0; i < sums.length; i++) sums[i] = (integers[i] as number) / scale - shift;
  return sums;
}

/** s: integers in a unit. */
const scaleOf = (group: RealGroup) => largestOf(group) / (2 * group.clip);
