/** The most frequent mistakes of the served adapter, out of its confusion counts, and rows that show them. Pure. */
import type { MistakenRow } from "@duet/lora-core/contract/answering";
import type { Confusion } from "@duet/lora-core/data/classificationMetrics";

export interface Mistake {
  readonly actual: string;
  readonly predicted: string;
  readonly count: number;
  /** How often the personal adapter alone makes the same mistake on the same test rows; null where that was not measured. */
  readonly personal: number | null;
}

export interface MistakesView {
  readonly right: number;
  readonly rows: number;
  /** Most frequent first; equal counts in the order of the labels. */
  readonly mistakes: readonly Mistake[];
}

/** At most `limit` mistakes; `confusion` is [actual][predicted] over `labels`, as `personal` is, of the personal adapter alone. */
export function mistakesView(
  confusion: Confusion,
  personal: Confusion | null,
  labels: readonly string[],
  limit: number,
): MistakesView {
  const cells = confusion.flatMap((counts, actual) => counts.map((count, predicted) => ({ actual, predicted, count })));
  const total = (counted: typeof cells) => counted.reduce((sum, { count }) => sum + count, 0);
  const wrong = cells.filter(({ actual, predicted, count }) => actual !== predicted && count > 0);
  return {
    right: total(cells) - total(wrong),
    rows: total(cells),
    mistakes: wrong
      .sort((a, b) => b.count - a.count)
      .slice(0, limit)
      .map(({ actual, predicted, count }) => ({
        actual: labels[actual] ?? "?",
        predicted: labels[predicted] ?? "?",
        count,
        personal: personal?.[actual]?.[predicted] ?? null,
      })),
  };
}

/** Rows of one mistake that are shown. */
const EXAMPLES = 3;

/** The first rows of a mistake, and how many more there are. */
export function examplesOf(
  { actual, predicted }: Pick<Mistake, "actual" | "predicted">,
  labels: readonly string[],
  rows: readonly MistakenRow[],
): { readonly shown: readonly MistakenRow[]; readonly more: number } {
  const of = rows.filter((row) => labels[row.actual] === actual && labels[row.predicted] === predicted);
  return { shown: of.slice(0, EXAMPLES), more: Math.max(0, of.length - EXAMPLES) };
}
