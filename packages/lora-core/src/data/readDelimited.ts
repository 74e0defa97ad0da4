/** CSV and TSV as a table. Which separator, whether quotes are marks and whether there is a header is decided, or said in the options. */

import { columnNames } from "./columnNames.ts";
import type { DataSaying } from "./dataSentences.ts";
import {
  delimitedRecords,
  hasWidth,
  noEvidence,
  type QuoteEvidence,
  type QuoteFault,
  type RecordStart,
} from "./delimitedRecords.ts";
import { guessLayout, type Layout, SEPARATORS } from "./guessLayout.ts";
import { tooLong } from "./readLines.ts";
import type { RejectedRow } from "./rejectedRow.ts";
import { MAX_CELL, type Table, type TableRow } from "./table.ts";
import type { TableOptions } from "./tableOptions.ts";

/** `content` has \n line ends. */
export function readDelimited(content: string, format: "csv" | "tsv", options: TableOptions): Table {
  const named = separatorLine(content);
  const start = named?.next ?? { at: 0, line: 1 };
  const separators = separatorsFor(
    content,
    format,
    options.separator === "auto" ? (named?.separator ?? null) : options.separator,
  );
  const read = (quotes: boolean) =>
    readAs(content, format, guessLayout(content, start, { separators, quotes, header: options.header }), options);
  if (options.quotes !== "auto") return read(options.quotes).table;
  const quoted = read(true);
  if (!mayBePlain(quoted.evidence, quoted.table.reading.separator)) return quoted.table;
  const plain = read(false);
  const gained = plain.table.rows.length - quoted.table.rows.length;
  const { needed } = quoted.evidence;
  return gained >= 0 && (needed === 0 || gained > needed) ? plain.table : quoted.table;
}

/** Excel's first line `sep=;`: the separator and where the table begins; null when there is none. */
function separatorLine(content: string): { readonly separator: string; readonly next: RecordStart } | null {
  const line = content.slice(0, content.search(/\n|$/));
  const found = /^"?sep=(\\t|[^\w\s"]|[\t ])"?[,;\t| ]*$/i.exec(line);
  const written = found?.[1];
  if (written === undefined) return null;
  return { separator: written === "\\t" ? "\t" : written, next: { at: line.length + 1, line: 2 } };
}

function separatorsFor(content: string, format: "csv" | "tsv", chosen: string | null): readonly string[] {
  if (chosen !== null) return [chosen];
  return format === "tsv" && content.includes("\t") ? ["\t"] : SEPARATORS;
}

/** A column is quoted throughout where this share of its cells is. */
const QUOTED_SHARE = 0.8;

/** Whether quotes could be characters like any other: they are broken somewhere, and no column is quoted throughout. */
function mayBePlain({ records, unclosed, trailing, inside, quoted }: QuoteEvidence, separator: string | null): boolean {
  const isConvention = quoted.some((cells) => cells >= QUOTED_SHARE * records);
  // In a comma file a single lost quote is a slip; in a tab file it is how tools write that know no quotes.
  const isUsual = separator === "\t" ? unclosed + trailing > 0 : unclosed + trailing > 0 && trailing + inside > 0;
  return isUsual && !isConvention;
}

interface Reading {
  readonly table: Table;
  readonly evidence: QuoteEvidence;
}

function readAs(content: string, format: "csv" | "tsv", layout: Layout, options: TableOptions): Reading {
  const { start, width, hasHeader, isShortHeader } = layout;
  const evidence = noEvidence();
  let columns = hasHeader ? null : columnNames(Array.from({ length: width }, () => ""));
  let header: string | null = null;
  const rows: TableRow[] = [];
  const rejected: RejectedRow[] = [];
  let joined = 0;
  for (const { line, cells: found, fault } of delimitedRecords(content, layout, start, width, evidence)) {
    const cells = layout.isSpaced || found.length <= width ? found : withProse(found, layout.separator ?? "", width);
    if (cells !== found) joined++;
    const reason = fault ? FAULTS[fault] : faultOf(cells, columns, hasHeader);
    if (reason !== null) rejected.push({ line, reason });
    else if (columns === null) {
      header = cells.join("\n");
      columns = columnNames(isShortHeader ? ["", ...cells] : cells);
    } else if (cells.join("\n") === header) rejected.push({ line, reason: ["headerAgain"] });
    else rows.push({ line, values: valuesOf(columns, cells) });
  }
  const { separator, quotes } = layout;
  const reading = { encoding: null, separator, header: hasHeader, quotes, notices: noticesOf(layout, joined, options) };
  return { table: { format, rejected, reading, ...namedColumns(columns ?? [], rows) }, evidence };
}

const FAULTS: Readonly<Record<QuoteFault, DataSaying>> = {
  unclosed: ["unclosedQuote"],
  trailing: ["trailingQuote"],
};

/** Why a row cannot be used; null when it can. `columns` is null before the header was read. */
function faultOf(cells: readonly string[], columns: readonly string[] | null, hasHeader: boolean): DataSaying | null {
  if (cells.every((cell) => cell.trim() === "")) return ["emptyLine"];
  if (columns === null) return null;
  if (!hasWidth(cells, columns.length)) return [hasHeader ? "fewerThanHeader" : "fewerThanFirst", cells.length, columns.length];
  const long = cells.findIndex((cell) => cell.length > MAX_CELL);
  return long < 0 ? null : tooLong(columns[long] ?? "a cell", cells[long]?.length ?? 0);
}

/**
 * Prose that should have been quoted: where the other rows have no blank after a separator, one with a blank is a comma in a sentence.
 * The cells as they were if that does not give the right number of them.
 */
function withProse(cells: readonly string[], separator: string, width: number): readonly string[] {
  const joined: string[] = [];
  for (const cell of cells) {
    const last = joined.at(-1);
    if (last !== undefined && /^ \S/.test(cell)) joined[joined.length - 1] = `${last}${separator}${cell}`;
    else joined.push(cell);
  }
  return joined.length === width ? joined : cells;
}

const valuesOf = (columns: readonly string[], cells: readonly string[]): Readonly<Record<string, string>> =>
  Object.fromEntries(columns.map((column, index) => [column, cells[index] ?? ""]));

/** Without what a separator at the end of every line adds: last columns that have neither name nor text. */
function namedColumns(columns: readonly string[], rows: readonly TableRow[]): Pick<Table, "columns" | "rows"> {
  let count = columns.length;
  const isEmpty = (name: string, index: number) =>
    name === `column ${index + 1}` && rows.length > 0 && rows.every(({ values }) => values[name]?.trim() === "");
  while (count > 1 && isEmpty(columns[count - 1] ?? "", count - 1)) count--;
  if (count === columns.length) return { columns, rows };
  const kept = columns.slice(0, count);
  return {
    columns: kept,
    rows: rows.map(({ line, values }) => ({
      line,
      values: valuesOf(
        kept,
        kept.map((name) => values[name] ?? ""),
      ),
    })),
  };
}

function noticesOf(
  { start, titleLines, hasHeader, isShortHeader, quotes }: Layout,
  joined: number,
  options: TableOptions,
): DataSaying[] {
  const last = start.line - 1;
  const found: (DataSaying | false)[] = [
    titleLines > 0 && (titleLines === 1 ? ["titleLine", last] : ["titleLines", start.line - titleLines, last]),
    isShortHeader && ["shortHeader"],
    !hasHeader && options.header === "auto" && ["noHeader"],
    joined > 0 && ["joined", joined],
    !quotes && options.quotes === "auto" && ["plainQuotes"],
  ];
  return found.filter((notice) => notice !== false);
}
