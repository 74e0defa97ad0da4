/** From a table to rows of (input, answer), with answers that are labels of the task. */
import { dataError } from "./dataError.ts";
import { createLabelMatcher, noLabelFits, type Respelling } from "./labelMatching.ts";
import type { RejectedRow } from "./rejectedRow.ts";
import type { Row } from "./row.ts";
import { type ColumnMapping, rowReader } from "./rowReader.ts";
import type { Table, TableRow } from "./table.ts";
import type { Task } from "./task.ts";

export interface MapOptions {
  /** Labels must be written as the federation's are. */
  readonly matchCase?: boolean;
}

export interface MappedRows {
  readonly rows: readonly Row[];
  /** Every line that gave no row, whether the table or the mapping refused it, in the order of the file. */
  readonly rejected: readonly RejectedRow[];
  /** What stands in those that the mapping refused; several rows of a file may be on one line. */
  readonly cells: ReadonlyMap<RejectedRow, TableRow["values"]>;
  /** Labels that the file writes in another way, most rows first. */
  readonly respelled: readonly Respelling[];
}

/**
 * Cells are trimmed.
 * @throws {DuetError} COLUMNS when the table lacks a column, one column is input and answer, or not one answer is a label of the task.
 */
export function mapRows(table: Table, mapping: ColumnMapping, task: Task, { matchCase = false }: MapOptions = {}): MappedRows {
  const read = rowReader(table, mapping);
  const matcher = task.kind === "label" ? createLabelMatcher(task.labels, matchCase) : null;
  const rows: Row[] = [];
  const rejected: RejectedRow[] = [...table.rejected];
  const cells = new Map<RejectedRow, TableRow["values"]>();
  const reject = (row: RejectedRow, { values }: TableRow) => {
    rejected.push(row);
    cells.set(row, values);
  };
  const spellings = new Map<string, number>();
  const unknown = new Map<string, number>();
  for (const tableRow of table.rows) {
    const row = read(tableRow);
    if ("reason" in row) {
      reject(row, tableRow);
      continue;
    }
    const answer = matcher ? matcher.match(row.answer) : row.answer;
    count(answer === null ? unknown : spellings, row.answer);
    if (answer !== null) rows.push({ ...row, answer });
    else reject({ line: row.line, reason: ["noLabel", row.answer.slice(0, 60)] }, tableRow);
  }
  if (task.kind === "label" && rows.length === 0 && unknown.size > 0) throw dataError("COLUMNS", noLabelFits(unknown, task));
  rejected.sort((a, b) => a.line - b.line);
  return { rows, rejected, cells, respelled: matcher ? respellings(spellings, (spelling) => matcher.match(spelling)) : [] };
}

function count(counts: Map<string, number>, value: string): void {
  counts.set(value, (counts.get(value) ?? 0) + 1);
}

function respellings(spellings: ReadonlyMap<string, number>, labelOf: (spelling: string) => string | null): Respelling[] {
  return [...spellings]
    .map(([spelling, rows]) => ({ spelling, label: labelOf(spelling) ?? spelling, count: rows }))
    .filter(({ spelling, label }) => spelling !== label)
    .sort((a, b) => b.count - a.count);
}
