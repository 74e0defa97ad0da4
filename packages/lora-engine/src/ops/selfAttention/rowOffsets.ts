/** Rows of tokens one after the other, without any padding: row b is [offsets[b], offsets[b + 1]) of N. */

/** One entry more than rows, the first 0 and the last N. Every row has a token. */
export type RowOffsets = readonly number[];

/** @throws {RangeError} when a row has no token. */
export function rowOffsets(lengths: readonly number[]): RowOffsets {
  const offsets = [0];
  for (const length of lengths) {
    if (length < 1) throw new RangeError("rowOffsets: every row needs a token");
    offsets.push((offsets.at(-1) ?? 0) + length);
  }
  return offsets;
}

export function rowLengths(offsets: RowOffsets): readonly number[] {
  return offsets.slice(1).map((end, row) => end - (offsets[row] ?? 0));
}

/** N */
export const tokensIn = (offsets: RowOffsets): number => offsets.at(-1) ?? 0;

/** For each of the N tokens its place within its row. */
export function placesIn(offsets: RowOffsets): Int32Array {
  const places = new Int32Array(tokensIn(offsets));
  for (const [row, length] of rowLengths(offsets).entries()) {
    const start = offsets[row] ?? 0;
    for (let place = 0; place < length; place++) places[start + place] = place;
  }
  return places;
}

/** The rows as one, [N]. */
export function joinedRows(rows: readonly ArrayLike<number>[], offsets: RowOffsets): Int32Array {
  const joined = new Int32Array(tokensIn(offsets));
  rows.forEach((row, index) => {
    joined.set(row, offsets[index] ?? 0);
  });
  return joined;
}
