/** Columns that hold whole conversations, and what is asked and answered in one. */
import type { DataSaying } from "./dataSentences.ts";
import type { Table } from "./table.ts";
import { type Turn, turnsOf } from "./turn.ts";

export interface Talk {
  readonly before: readonly Turn[];
  readonly answer: string;
}

/** The assistant's last turn and those before it. */
export function splitTalk(cell: string): Talk | { readonly reason: DataSaying } {
  const turns = turnsOf(cell);
  if (turns === null) return { reason: ["noConversation"] };
  if ("role" in turns) return { reason: ["unknownRole", turns.role] };
  const last = turns.findLastIndex(({ role }) => role === "assistant");
  const answer = turns[last]?.content;
  return answer === undefined ? { reason: ["noAssistant"] } : { before: turns.slice(0, last), answer };
}

/** Cells looked at; a column of conversations has nothing else. */
const SAMPLE = 50;

/** Whether every cell of the column that is not empty holds turns. */
export function isConversationColumn(table: Table, column: string): boolean {
  const cells = table.rows.slice(0, SAMPLE).flatMap(({ values }) => (values[column]?.trim() ? [values[column] ?? ""] : []));
  return cells.length > 0 && cells.every((cell) => turnsOf(cell) !== null);
}
