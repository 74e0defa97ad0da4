/** A part of labelled rows in which every label has about the share that it has in all of them. Pure. */
import { type Random, shuffled } from "../tensors/random.ts";

/**
 * `count` of the rows, in their order; all where there are no more. Each label gets its share of `count` rounded down, and the largest remainders one
 * row more (Hamilton's method); which rows, and among equal remainders which labels, `uniform` decides.
 */
export function stratifiedSample<Row extends { readonly label: number }>(
  rows: readonly Row[],
  count: number,
  uniform: Random,
): readonly Row[] {
  if (rows.length <= count) return rows;
  const strata = new Map<number, Row[]>();
  for (const row of shuffled(rows, uniform)) strata.set(row.label, [...(strata.get(row.label) ?? []), row]);
  const shares = [...strata.values()].map((stratum) => {
    const share = (count * stratum.length) / rows.length;
    return { stratum, whole: Math.floor(share), remainder: share - Math.floor(share) };
  });
  const spare = count - shares.reduce((sum, { whole }) => sum + whole, 0);
  const ordered = shares.toSorted((a, b) => b.remainder - a.remainder);
  const chosen = new Set(ordered.flatMap(({ stratum, whole }, place) => stratum.slice(0, whole + (place < spare ? 1 : 0))));
  return rows.filter((row) => chosen.has(row));
}
