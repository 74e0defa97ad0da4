/** The labels that a column of a table has. */
import { isConversationColumn, splitTalk } from "./conversation.ts";
import type { LabelCount } from "./labelCount.ts";
import { cleanLabel } from "./labelMatching.ts";
import type { MapOptions } from "./mapRows.ts";
import { mergeLabels } from "./mergeLabels.ts";
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
