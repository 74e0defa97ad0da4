/**
 * Reads a data file into a table: CSV, TSV, JSON in several shapes, or plain lines. The format follows the file name's ending, else
 * what the text looks like. `reading` says what else was decided; every part of it can be said in the options instead.
 */

import { stripAnsi } from "./ansi.ts";
import { isConversationColumn } from "./conversation.ts";
import type { BinaryKind, DataSaying } from "./dataSentences.ts";
import { decodeText } from "./decodeText.ts";
import { parseJson } from "./jsonRows.ts";
import { readDelimited } from "./readDelimited.ts";
import { readJson } from "./readJson.ts";
import { readLines } from "./readLines.ts";
import { MAX_BYTES, MAX_COLUMNS, MAX_ROWS, MAX_TEXT, type Table, type TableFormat } from "./table.ts";
import { TableError } from "./tableError.ts";
import { type TableOptions, tableOptions } from "./tableOptions.ts";

/**
 * `source` is the file's bytes, or text that was pasted.
 * @throws {TableError} when the file as a whole is empty, binary, too large, or not one row of it can be read.
 */
export function readTable(source: Uint8Array | string, fileName: string, chosen: Partial<TableOptions> = {}): Table {
  const options = tableOptions.parse(chosen);
  const { text, encoding, notice } = textOf(source, fileName, options);
  if (text.length > MAX_TEXT) {
    throw new TableError("TOO_LARGE", ["tooManyCharacters", fileName, text.length, MAX_TEXT]);
  }
  const { content, notices } = cleaned(text, fileName);
  if (content.trim() === "") throw new TableError("EMPTY", ["emptyFile", fileName]);
  const ending = /\.([a-z]+)$/i.exec(fileName)?.[1]?.toLowerCase() ?? "";
  // In windows-1252 the 8-bit form of an escape looks like a bracket.
  const eightBit = encoding === "windows-1252" ? content.replace(/\u203a(?=\d[\d;]*m)/g, "\u009b") : content;
  const table = readAs(options.separator === "auto" ? formatOf(content, ending) : "csv", stripAnsi(eightBit), ending, options);
  checkSize(table, fileName);
  const said = [
    ...(notice === null ? [] : [notice]),
    ...notices,
    ...table.reading.notices,
    ...(isAnswered(table) ? [] : NO_ANSWERS),
  ];
  return { ...table, reading: { ...table.reading, encoding, notices: said } };
}

const NO_ANSWERS: readonly DataSaying[] = [["noAnswers"]];

/** A single column has no answers beside it, unless it is of conversations. */
const isAnswered = (table: Table): boolean =>
  table.columns.length > 1 || table.columns.some((column) => isConversationColumn(table, column));

function textOf(source: Uint8Array | string, fileName: string, { encoding }: TableOptions) {
  if (typeof source === "string") return { text: source, encoding: null, notice: null };
  if (source.length > MAX_BYTES) {
    throw new TableError("TOO_LARGE", ["tooManyBytes", fileName, source.length, MAX_BYTES]);
  }
  const binary = binaryKind(source, fileName);
  if (binary !== null) throw new TableError("BINARY", ["binary", fileName, binary]);
  return decodeText(source, encoding);
}

function readAs(format: TableFormat, content: string, ending: string, options: TableOptions): Table {
  switch (format) {
    case "csv":
    case "tsv":
      return readDelimited(content, format, options);
    case "jsonl":
    case "json":
      return readJson(content);
    case "text":
      return readLines(content, ending === "log");
  }
}

const FORMAT_BY_ENDING: Readonly<Record<string, TableFormat>> = {
  csv: "csv",
  tsv: "tsv",
  tab: "tsv",
  jsonl: "jsonl",
  ndjson: "jsonl",
  json: "jsonl",
};

function formatOf(content: string, ending: string): TableFormat {
  if (ending === "log" || ending === "txt") return looksLikeRows(content) ?? "text";
  return FORMAT_BY_ENDING[ending] ?? looksLike(content);
}

/** For a pasted text or an unknown ending: JSON by its first character, a table when two lines have as many separators. */
function looksLike(content: string): TableFormat {
  if (/^\s*[[{]\s*["{\]}]/.test(content)) return "jsonl";
  const [first = "", second = ""] = content.split("\n", 2);
  if (countOf(first, "\t") > 0 && countOf(first, "\t") === countOf(second, "\t")) return "tsv";
  const isTable = [",", ";", "|"].some(
    (separator) => countOf(first, separator) > 0 && countOf(first, separator) === countOf(second, separator),
  );
  return isTable || /^"?sep=/i.test(first) || (first.includes(",") && second.includes('"')) ? "csv" : "text";
}

/** Lines of a text file that are rows for sure: objects, or cells with as many tabs in every line, as Excel saves "text". */
function looksLikeRows(content: string): TableFormat | null {
  const lines = content
    .slice(0, 64 * 1024)
    .split("\n", 20)
    .filter((line) => line.trim() !== "");
  const isObject = (line: string) => line.startsWith("{") && typeof parseJson(line) === "object";
  if (lines.length > 1 && lines.slice(0, 2).every(isObject)) return "jsonl";
  const [first = ""] = lines;
  const areCells =
    countOf(first, "\t") > 0 && lines.every((line) => !line.startsWith("\t") && countOf(line, "\t") === countOf(first, "\t"));
  return lines.length > 2 && areCells ? "tsv" : null;
}

const countOf = (text: string, part: string): number => text.split(part).length - 1;

/** Files that people take for tables, by their first bytes. */
const BINARY_KINDS: readonly (readonly [magic: string, kind: BinaryKind])[] = [
  ["PK\x03\x04", "zip"],
  ["\xd0\xcf\x11\xe0", "xls"],
  ["\x1f\x8b", "gzip"],
  ["PAR1", "parquet"],
  ["ARROW1", "arrow"],
  ["SQLite format 3", "sqlite"],
  ["%PDF", "pdf"],
  ["\x89PNG", "image"],
];

/** Spreadsheets that are archives inside. */
const WORKBOOK = /\.(?:xls[xmb]|ods|numbers)$/i;

function binaryKind(bytes: Uint8Array, fileName: string): BinaryKind | null {
  const head = String.fromCharCode(...bytes.subarray(0, 16));
  const [, kind] = BINARY_KINDS.find(([magic]) => head.startsWith(magic)) ?? [];
  return kind === "zip" && WORKBOOK.test(fileName) ? "workbook" : (kind ?? null);
}

const SAMPLE = 10_000;
/** Of a text's characters, so many may be control characters. */
const CONTROL_SHARE = 0.02;

/** Line ends become \n, also inside quoted cells, so that every format counts lines alike. A character that is none is left out. */
function cleaned(text: string, fileName: string): { readonly content: string; readonly notices: readonly DataSaying[] } {
  const lines = text.replace(/^\uFEFF/, "").replace(/\r+\n?/g, (end) => (end.endsWith("\n") ? "\n" : "\n".repeat(end.length)));
  const content = lines.replaceAll("\0", "");
  const nulls = lines.length - content.length;
  const head = stripAnsi(content.slice(0, SAMPLE));
  const odd = head.replace(/[\t\n\f]|[^\p{Cc}\ufffd]/gu, "").length;
  if (odd > head.length * CONTROL_SHARE) {
    throw new TableError("BINARY", ["notText", fileName]);
  }
  return { content, notices: nulls === 0 ? [] : [["nulls", nulls]] };
}

function checkSize({ rows, columns, rejected, reading }: Table, fileName: string): void {
  if (rows.length > MAX_ROWS) {
    throw new TableError("TOO_LARGE", ["tooManyRows", fileName, rows.length, MAX_ROWS]);
  }
  if (columns.length > MAX_COLUMNS) {
    throw new TableError("TOO_LARGE", ["tooManyColumns", fileName, columns.length, MAX_COLUMNS]);
  }
  if (rows.length > 0) return;
  const [first] = rejected;
  if (!first && reading.header) throw new TableError("EMPTY", ["namesOnly", fileName, columns.join(", ")]);
  throw new TableError("UNREADABLE", first ? ["noRowBecause", fileName, first.line, first.reason] : ["noRow", fileName]);
}
