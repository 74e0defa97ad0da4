/** Rows with marks in place of what is personal in them. */
import type { Row } from "../row.ts";
import type { Task } from "../task.ts";
import { turnsText } from "../turn.ts";
import { findPersonalData } from "./findPersonalData.ts";
import { MASKS, type PersonalKind } from "./personalKind.ts";

/** The text with marks in place of what was found of these kinds. */
export function maskedText(text: string, kinds: ReadonlySet<PersonalKind>): string {
  let result = "";
  let from = 0;
  for (const { kind, start, end } of findPersonalData(text)) {
    if (!kinds.has(kind)) continue;
    result += text.slice(from, start) + MASKS[kind];
    from = end;
  }
  return result + text.slice(from);
}

/** Input, turns, and the answer where it is a text; a label stays as it is. The same row where nothing is found. */
export function maskedRow(row: Row, kinds: ReadonlySet<PersonalKind>, task: Task): Row {
  const mask = (text: string) => maskedText(text, kinds);
  const answer = task.kind === "text" ? mask(row.answer) : row.answer;
  if (row.turns) {
    const turns = row.turns.map((turn) => ({ ...turn, content: mask(turn.content) }));
    return { ...row, turns, input: turnsText(turns), answer };
  }
  return { ...row, input: mask(row.input), answer };
}
