/** The labels that a column of a table has. */
import { isConversationColumn, splitTalk } from "./conversation.ts";
import type { LabelCount } from "./labelCount.ts";
import { cleanLabel, labelKey } from "./labelMatching.ts";
import type { MapOptions } from "./mapRows.ts";
import type { Table } from "./table.ts";

/** Distinct non-empty answers of a column, merged as {@link mergeLabels} does. Of conversations, the assistant's last turns. */
export function labelsOf(table: Table, answerColumn: string, options: MapOptions = {}): readonly LabelCount[] {
  const isTalk = isConversationColumn(table, answerColumn);
  const spellings = new Map<string, number>();
  for (const { values } of table.rows) {
    const cell = values[answerColumn] ?? "";
    const talk = isTalk ? splitTalk(cell) : { answer: cell };
    const label = "answer" in talk ? cleanLabel(talk.answer) : "";
    if (label !== "") spellings.set(label, (spellings.get(label) ?? 0) + 1);
  }
  return mergeLabels(
    [...spellings].map(([label, count]) => ({ label, count })),
    options,
  );
}

/**
 * Spellings of one label count as the most frequent of them (the first of equals), unless `matchCase`. Sorted by code unit, the same
 * on every machine.
 */
export function mergeLabels(counts: readonly LabelCount[], { matchCase = false }: MapOptions = {}): readonly LabelCount[] {
  const merged = new Map<string, { label: string; count: number; most: number }>();
  for (const { label, count } of counts) {
    const key = matchCase ? label : labelKey(label);
    const held = merged.get(key) ?? { label, count: 0, most: count };
    const isMore = count > held.most;
    merged.set(key, { label: isMore ? label : held.label, count: held.count + count, most: isMore ? count : held.most });
  }
  return [...merged.values()].map(({ label, count }) => ({ label, count })).sort((a, b) => (a.label < b.label ? -1 : 1));
}
