/** Which adapter serves a client best, and how sure that is, from its accuracies on its test rows. Pure. */

import type { AdapterKey } from "@duet/lora-core/protocol/metrics";
import { isBetter } from "@duet/lora-core/statistics/isBetter";
import { ADAPTERS, type PerAdapter } from "../../lib/adapters.ts";
import { words as common } from "../../lib/words.ts";
import { words } from "./words.ts";

export interface VerdictView {
  readonly best: AdapterKey;
  readonly accuracy: number;
  /** "Use your fused adapter". */
  readonly title: string;
  /** How many it gets right, and how sure that is against each of the others. */
  readonly sentences: readonly string[];
}

/** Among equals the one that costs least to make: the untouched base, then personal, shared, fused. Null where nothing was measured. */
export function verdictView(accuracy: PerAdapter, testRows: number | null): VerdictView | null {
  const measured = ADAPTERS.flatMap(({ key }) => {
    const value = accuracy[key];
    return value === null ? [] : [{ key, value }];
  });
  const [first, ...others] = measured;
  if (!first || others.length === 0) return null;
  const best = others.reduce((leader, one) => (one.value > leader.value ? one : leader), first);
  const rivals = measured.filter(({ key }) => key !== best.key);
  return {
    best: best.key,
    accuracy: best.value,
    title: best.key === "base" ? words.verdictView.keepBase : words.verdictView.use(common.adapterNames[best.key]),
    sentences: testRows === null ? [] : certainties(best, rivals, testRows),
  };
}

export interface AloneView {
  /** Whether it is told to be better than the best of the others; then the sentence says that by itself. */
  readonly isBetter: boolean;
  readonly sentence: string;
}

/** What learning alone would have made, beside the best of the others. */
export function aloneView(
  { best, accuracy }: Pick<VerdictView, "best" | "accuracy">,
  alone: number,
  testRows: number,
): AloneView {
  const [right, other] = [accuracy, alone].map((share) => Math.round(share * testRows)) as [number, number];
  const told = isBetter(Math.max(right, other), Math.min(right, other), testRows);
  if (told === "no") return { isBetter: false, sentence: words.verdictView.asAlone(other) };
  if (right > other) return { isBetter: false, sentence: words.verdictView.overAlone[told === "yes" ? "sure" : "open"](other) };
  if (told === "open") return { isBetter: false, sentence: words.verdictView.perhapsBelowAlone(other) };
  const others = words.verdictView.right(common.adapterNames[best], right);
  return { isBetter: true, sentence: words.verdictView.belowAlone(other, testRows, others) };
}

interface Measured {
  readonly key: AdapterKey;
  readonly value: number;
}

function certainties(best: Measured, rivals: readonly Measured[], rows: number): readonly string[] {
  const right = Math.round(best.value * rows);
  const judged = rivals.map(({ key, value }) => {
    const other = Math.round(value * rows);
    return { key, other, isBetter: isBetter(right, other, rows) };
  });
  const said = (verdict: "yes" | "no" | "open", sentence: (others: string) => string): readonly string[] => {
    const named = judged.filter(({ isBetter }) => isBetter === verdict);
    const listed = named.map(({ key, other }) => words.verdictView.right(common.adapterNames[key], other));
    return listed.length === 0 ? [] : [sentence(common.listing.and(listed))];
  };
  return [
    words.verdictView.ofRows(right, rows),
    ...said("yes", words.verdictView.clearlyBetter),
    ...said("open", words.verdictView.perhapsBetter),
    ...said("no", words.verdictView.chance),
  ];
}
