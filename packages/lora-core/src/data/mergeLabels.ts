/** Labels as they are spelled, with how many rows, brought together. Pure; of counts, not of rows. */
import type { LabelCount } from "./labelCount.ts";
import { labelKey } from "./labelMatching.ts";

/**
 * Spellings of one label count as the most frequent of them (the first of equals), unless `matchCase`. Sorted by code unit, the same
 * on every machine.
 */
export function mergeLabels(
  counts: readonly LabelCount[],
  { matchCase = false }: { readonly matchCase?: boolean | undefined } = {},
): readonly LabelCount[] {
  const merged = new Map<string, { label: string; count: number; most: number }>();
  for (const { label, count } of counts) {
    const key = matchCase ? label : labelKey(label);
    const held = merged.get(key) ?? { label, count: 0, most: count };
    const isMore = count > held.most;
    merged.set(key, { label: isMore ? label : held.label, count: held.count + count, most: isMore ? count : held.most });
  }
  return [...merged.values()].map(({ label, count }) => ({ label, count })).sort((a, b) => (a.label < b.label ? -1 : 1));
}
