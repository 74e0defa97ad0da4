/** Which adapter serves a client best, and how sure that is, from its accuracies on its test rows. Pure. */

import type { AdapterKey } from "@duet/lora-core/protocol/metrics";
import { ADAPTERS, type PerAdapter } from "../../lib/adapters.ts";
import { isBetter } from "../../lib/certainty.ts";
import { words as common } from "../../lib/words.ts";
import { words } from "./words.ts";

export interface VerdictView {
  readonly best: AdapterKey;
  readonly accuracy: number;
  /** "Use your fused adapter". */
  readonly title: string;
  /** How sure that is, against each of the others. */
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

interface Measured {
  readonly key: AdapterKey;
  readonly value: number;
}

function certainties(best: Measured, rivals: readonly Measured[], rows: number): readonly string[] {
  const right = Math.round(best.value * rows);
  const judged = rivals.map(({ key, value }) => {
    const other = Math.round(value * rows);
    return { key, ahead: right - other, isBetter: isBetter(right, other, rows) };
  });
  const named = (verdict: "yes" | "no" | "open") => judged.filter((one) => one.isBetter === verdict);
  const listed = (list: typeof judged) =>
    common.listing.and(list.map(({ key, ahead }) => words.verdictView.fewer(common.adapterNames[key], ahead)));
  const [sure, open, chance] = [named("yes"), named("open"), named("no")];
  return [
    ...(sure.length === 0 ? [] : [words.verdictView.clearlyBetter(rows, listed(sure))]),
    ...(open.length === 0 ? [] : [words.verdictView.perhapsBetter(listed(open))]),
    ...(chance.length === 0 ? [] : [words.verdictView.chance(listed(chance))]),
  ];
}
