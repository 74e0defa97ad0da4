/** From a table to rows of (input, answer): which column is which, and what the labels are. */

import { DuetError } from "../errors/duetError.ts";
import type { RejectedRow } from "./rejectedRow.ts";
import type { Row } from "./row.ts";
import type { Table } from "./table.ts";
import type { Task } from "./task.ts";

export interface ColumnMapping {
  readonly input: string;
  readonly answer: string;
}

export interface MappedRows {
  readonly rows: readonly Row[];
  /** Every line that gave no row, whether the table or the mapping refused it, in the order of the file. */
  readonly rejected: readonly RejectedRow[];
}

/** Cells are trimmed. @throws {DuetError} COLUMNS when the table lacks one of the two columns, or both are the same. */
export function mapRows(table: Table, mapping: ColumnMapping, task: Task): MappedRows {
  for (const column of [mapping.input, mapping.answer]) {
    if (!table.columns.includes(column)) {
      throw new DuetError("COLUMNS", `There is no column "${column}"; the file has: ${table.columns.join(", ")}.`);
    }
  }
  if (mapping.input === mapping.answer) throw new DuetError("COLUMNS", "Input and answer must be different columns.");

  const labels = task.kind === "label" ? new Set(task.labels) : null;
  const rows: Row[] = [];
  const rejected: RejectedRow[] = [...table.rejected];
  for (const { line, values } of table.rows) {
    const input = (values[mapping.input] ?? "").trim();
    const answer = (values[mapping.answer] ?? "").trim();
    if (input === "") rejected.push({ line, reason: `${mapping.input} is empty` });
    else if (answer === "") rejected.push({ line, reason: `${mapping.answer} is empty` });
    else if (labels && !labels.has(answer)) {
      rejected.push({ line, reason: `"${answer.slice(0, 60)}" is not one of the labels` });
    } else rows.push({ line, input, answer });
  }
  rejected.sort((a, b) => a.line - b.line);
  return { rows, rejected };
}

export interface LabelCount {
  readonly label: string;
  readonly count: number;
}

/** Distinct non-empty answers of a column with their counts, sorted by code unit, the same on every machine. */
export function labelsOf(table: Table, answerColumn: string): readonly LabelCount[] {
  const counts = new Map<string, number>();
  for (const { values } of table.rows) {
    const label = (values[answerColumn] ?? "").trim();
    if (label !== "") counts.set(label, (counts.get(label) ?? 0) + 1);
  }
  return [...counts].map(([label, count]) => ({ label, count })).sort((a, b) => (a.label < b.label ? -1 : 1));
}
