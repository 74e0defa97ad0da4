/** Token rows of different lengths as one padded matrix, or one after the other. */
import { joinedRows, type RowOffsets, rowOffsets } from "../../ops/selfAttention/rowOffsets.ts";

/** Rows one after the other, without padding. */
export interface PackedTokens {
  /** [N] */
  readonly ids: Int32Array;
  readonly offsets: RowOffsets;
}

/** @throws {RangeError} when a row has no token. */
export function packedTokens(rows: readonly ArrayLike<number>[]): PackedTokens {
  const offsets = rowOffsets(rows.map(({ length }) => length));
  return { ids: joinedRows(rows, offsets), offsets };
}

export interface TokenBatch {
  /** [B, T] row-major, padded with token 0. */
  readonly ids: Int32Array;
  /** B */
  readonly rows: number;
  /** T */
  readonly length: number;
  /**
   * How many columns at the left of each row hold no token and are hidden from the rest, columns of a cache before this batch
   * included; null where there are none. Padding on the right needs nothing: a causal model never looks at it.
   */
  readonly leftPadding: readonly number[] | null;
}

/** Lengths are rounded up to a multiple of this, so that few different shapes occur. */
const BUCKET = 8;

/** Rounds a number of columns up to a whole bucket. */
export function wholeBuckets(columns: number): number {
  return Math.ceil(columns / BUCKET) * BUCKET;
}

/** Rows from their beginning, in a whole number of buckets. @throws {RangeError} without any token. */
export function tokenBatch(rows: readonly ArrayLike<number>[]): TokenBatch {
  return padded(rows, null, wholeBuckets);
}

function padded(
  rows: readonly ArrayLike<number>[],
  leftPadding: readonly number[] | null,
  columnsFor: (longest: number) => number,
): TokenBatch {
  if (rows.every((row) => row.length === 0)) throw new RangeError("tokenBatch: there is no token");
  const length = columnsFor(Math.max(...rows.map((row) => row.length)));
  const ids = new Int32Array(rows.length * length);
  rows.forEach((row, index) => {
    ids.set(row, index * length);
  });
  return { ids, rows: rows.length, length, leftPadding };
}

/** Rows that go on from a cache with these paddings; padded on the right to the longest. @throws {RangeError} without any token. */
export function nextBatch(rows: readonly ArrayLike<number>[], leftPadding: readonly number[] | null): TokenBatch {
  return padded(rows, leftPadding, (columns) => columns);
}

/** One row without any padding. */
export function oneRow(tokens: readonly number[]): TokenBatch {
  return { ids: Int32Array.from(tokens), rows: 1, length: tokens.length, leftPadding: null };
}
