/** The labels that a column of a table has. */
import { isConversationColumn, splitTalk } from "./conversation.ts";
import type { LabelCount } from "./labelCount.ts";
import { cleanLabel, labelKey } from "./labelMatching.ts";
import type { MapOptions } from "./mapRows.ts";
import type { Table } from "./table.ts";

/**
 * Distinct non-empty answers of a column with their counts, sorted by code unit, the same on every machine. Spellings of one label
 * count as the most frequent of them (the first of equals), unless `matchCase`. Of conversations, the assistant's last turns.
 */
export function labelsOf(table: Table, answerColumn: string, { matchCase = false }: MapOptions = {}): readonly LabelCount[] {
  const isTalk = isConversationColumn(table, answerColumn);
  const spellings = new Map<string, number>();
  for (const { values } of table.rows) {
    const cell = values[answerColumn] ?? "";
    const talk = isTalk ? splitTalk(cell) : { answer: cell };
    const label = "answer" in talk ? cleanLabel(talk.answer) : "";
    if (label !== "") spellings.set(label, (spellings.get(label) ?? 0) + 1);
  }
  const merged = new Map<string, { label: string; count: number; most: number }>();
  for (const [label, rows] of spellings) {
    const key = matchCase ? label : labelKey(label);
    const { label: kept, count: before, most } = merged.get(key) ?? { label, count: 0, most: rows };
    merged.set(key, { label: rows > most ? label : kept, count: before + rows, most: Math.max(most, rows) });
  }
  return [...merged.values()].map(({ label, count: rows }) => ({ label, count: rows })).sort((a, b) => (a.label < b.label ? -1 : 1));
}
