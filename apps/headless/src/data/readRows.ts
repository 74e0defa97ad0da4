/** A client's rows from its file: read, mapped, masked and split as the page does it. They stay in this process. */
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { guessColumns } from "@duet/lora-core/data/guessColumns";
import { mapRows } from "@duet/lora-core/data/mapRows";
import { maskedRow } from "@duet/lora-core/data/personalData/maskedRow";
import type { PersonalKind } from "@duet/lora-core/data/personalData/personalKind";
import { readTable } from "@duet/lora-core/data/readTable";
import type { DataSplit } from "@duet/lora-core/data/row";
import { splitRows } from "@duet/lora-core/data/splitRows";
import type { Table } from "@duet/lora-core/data/table";
import type { TableOptions } from "@duet/lora-core/data/tableOptions";
import type { Task } from "@duet/lora-core/data/task";
import { DuetError } from "@duet/lora-core/errors/duetError";
import { mappedLines, tableLines } from "./dataReport.ts";

export interface RowsRequest {
  readonly file: string;
  readonly options: TableOptions;
  /** Guessed where it is left out. */
  readonly input: string | undefined;
  readonly label: string | undefined;
  readonly matchCase: boolean;
  readonly mask: readonly PersonalKind[];
  readonly task: Task;
  /** Of the split: the federation's. */
  readonly seed: number;
}

/** `say` gets what was decided about the file, a line each. @throws {DuetError} in words for the file's owner. */
export function readRows(request: RowsRequest, say: (line: string) => void): DataSplit {
  const { file, task, matchCase, seed } = request;
  const table = readTableFile(file, request.options);
  for (const line of tableLines(file, table)) say(line);
  const columns = columnsOf(table, request);
  say(`  input: ${columns.input}; answer: ${columns.answer}`);
  const mapped = mapRows(table, columns, task, { matchCase });
  for (const line of mappedLines(file, mapped)) say(line);
  const kinds = new Set(request.mask);
  const rows = kinds.size === 0 ? mapped.rows : mapped.rows.map((row) => maskedRow(row, kinds, task));
  const split = splitRows(rows, { seed });
  say(`  ${split.train.length} rows to train on, ${split.fusion.length} to fuse by, ${split.test.length} to measure with`);
  return split;
}

/** @throws {DuetError} TABLE where there is no such file, or it cannot be read as a table. */
export function readTableFile(file: string, options: TableOptions): Table {
  let content: Buffer;
  try {
    content = readFileSync(file);
  } catch (cause) {
    throw new DuetError("TABLE", `The file ${file} cannot be read (${reasonOf(cause)})`, { cause });
  }
  return readTable(content, basename(file), options);
}

function columnsOf(table: Table, { input, label, file, task }: RowsRequest): { readonly input: string; readonly answer: string } {
  const guess = guessColumns(table, task.kind === "label" ? task.labels : []);
  const answer = label ?? guess.answer;
  if (answer === null) {
    throw new DuetError(
      "COLUMNS",
      `No column of ${file} looks like the answer; --label names it, one of: ${table.columns.join(", ")}`,
    );
  }
  return { input: input ?? guess.input, answer };
}

const reasonOf = (cause: unknown): string =>
  cause instanceof Error && "code" in cause ? String(cause.code) : cause instanceof Error ? cause.message : String(cause);
