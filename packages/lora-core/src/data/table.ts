/** A file as rows of named text cells: what every format is read into. */
import type { RejectedRow } from "./rejectedRow.ts";
import type { TableReading } from "./tableOptions.ts";

export type TableFormat = "csv" | "tsv" | "jsonl" | "json" | "text";

export interface TableRow {
  /** Line of the file on which the row starts, from 1; of a table that a file has column by column, the number of the row. */
  readonly line: number;
  /** One cell for every column of the table; a field that a JSON object lacks is "". */
  readonly values: Readonly<Record<string, string>>;
}

export interface Table {
  readonly format: TableFormat;
  readonly columns: readonly string[];
  readonly rows: readonly TableRow[];
  /** Every line that is not a row, in the order of the file. */
  readonly rejected: readonly RejectedRow[];
  readonly reading: TableReading;
}

/** Of a whole file. Two bytes a character are common. */
export const MAX_BYTES = 256 * 1024 * 1024;
/** Characters of a whole file. */
export const MAX_TEXT = 128 * 1024 * 1024;
export const MAX_ROWS = 200_000;
export const MAX_COLUMNS = 500;
/** Characters of one cell; a longer one rejects its row. */
export const MAX_CELL = 20_000;
