/** Token rows of different lengths as one padded matrix. */

export interface TokenBatch {
  /** [B, T] row-major, padded on the right with token 0; padding never influences a real position of a causal model. */
  readonly ids: Int32Array;
  /** B */
  readonly rows: number;
  /** T */
  readonly length: number;
}

/** Lengths are rounded up to a multiple of this, so that few different shapes occur. */
const BUCKET = 8;

/** @throws {RangeError} without any token. */
export function tokenBatch(rows: readonly Int32Array[]): TokenBatch {
  const longest = Math.max(0, ...rows.map((row) => row.length));
  if (longest === 0) throw new RangeError("tokenBatch: there is no token");
  const length = Math.ceil(longest / BUCKET) * BUCKET;
  const ids = new Int32Array(rows.length * length);
  rows.forEach((row, index) => {
    ids.set(row, index * length);
  });
  return { ids, rows: rows.length, length };
}
