/** Reads a table's rows as input and answer: from columns, a template of columns, or conversations. */

import { isConversationColumn, splitTalk } from "./conversation.ts";
import { dataError } from "./dataError.ts";
import type { DataSaying } from "./dataSentences.ts";
import { inputTemplate, unknownColumn } from "./inputTemplate.ts";
import type { RejectedRow } from "./rejectedRow.ts";
import type { Row } from "./row.ts";
import type { Table, TableRow } from "./table.ts";
import { type Turn, turnsOf, turnsText } from "./turn.ts";

/**
 * A column of conversations gives both input and answer: the last turn of the assistant is the answer, what precedes it the input.
 * With another column as the answer, the whole conversation is the input.
 */
export interface ColumnMapping {
  /** A column, or a template that joins several (inputTemplate.ts). */
  readonly input: string;
  readonly answer: string;
}

export type ReadRow = (row: TableRow) => Row | RejectedRow;

/** @throws {DuetError} COLUMNS when the table lacks a column, or one column is input and answer. */
export function rowReader(table: Table, { input, answer }: ColumnMapping): ReadRow {
  const { columns } = inputTemplate(input, table.columns);
  if (!table.columns.includes(answer)) throw unknownColumn(answer, table.columns);
  const isTalk = isConversationColumn(table, answer);
  if (input === answer) {
    if (isTalk) return (row) => rowOfTalk(row, input);
    throw dataError("COLUMNS", ["sameColumn"]);
  }
  if (columns.includes(answer)) throw dataError("COLUMNS", ["answerInTemplate", answer]);
  const inputOf = inputReader(table, input);
  return (row) => {
    const { line, values } = row;
    const read = inputOf(row);
    if ("reason" in read) return { line, reason: read.reason };
    const talk = isTalk ? splitTalk(values[answer] ?? "") : null;
    if (talk && "reason" in talk) return { line, reason: ["inColumn", answer, talk.reason] };
    const text = talk ? talk.answer : (values[answer] ?? "").trim();
    return text === "" ? { line, reason: ["empty", answer] } : { line, ...read, answer: text };
  };
}

interface Refused {
  readonly reason: DataSaying;
}
type Input = Pick<Row, "input" | "turns">;

/** Reads the input of a row: a column, a template, or turns. Conversations in a template are text. */
function inputReader(table: Table, input: string): (row: TableRow) => Input | Refused {
  const template = inputTemplate(input, table.columns);
  const talks = new Set(template.columns.filter((column) => isConversationColumn(table, column)));
  if (talks.has(input)) {
    return ({ values }) => {
      const turns = turnsOf(values[input] ?? "");
      if (turns === null) return { reason: ["noConversationIn", input] };
      if ("role" in turns) return { reason: ["unknownRole", turns.role] };
      return turns.length === 0 ? { reason: ["empty", input] } : inputOfTurns(turns);
    };
  }
  return ({ values }) => {
    const text = template.render((column) => (talks.has(column) ? plainTalk(values[column] ?? "") : (values[column] ?? "")));
    return text === ""
      ? { reason: [template.columns.length > 1 ? "allEmpty" : "empty", template.columns.join(", ")] }
      : { input: text };
  };
}

function plainTalk(cell: string): string {
  const turns = turnsOf(cell);
  return turns === null || "role" in turns ? cell : turnsText(turns);
}

function inputOfTurns(turns: readonly Turn[]): Input {
  const [first] = turns;
  const input = turnsText(turns);
  // One question is what any row has.
  return turns.length === 1 && first?.role === "user" ? { input } : { input, turns };
}

function rowOfTalk({ line, values }: TableRow, column: string): Row | RejectedRow {
  const talk = splitTalk(values[column] ?? "");
  if ("reason" in talk) return { line, reason: talk.reason };
  if (talk.before.length === 0) return { line, reason: ["nothingBefore"] };
  return { line, ...inputOfTurns(talk.before), answer: talk.answer };
}

/** Reads what a row asks, as one text, whatever its answer: of a conversation what precedes the assistant's last turn. "" without any. */
export function questionReader(table: Table, input: string): (row: TableRow) => string {
  const inputOf = inputReader(table, input);
  const isTalk = isConversationColumn(table, input);
  return (row) => {
    const talk = isTalk ? splitTalk(row.values[input] ?? "") : null;
    if (talk && "answer" in talk) return turnsText(talk.before);
    const read = inputOf(row);
    return "reason" in read ? "" : read.input;
  };
}
