/**
 * How a delimited file is laid out: what separates its cells, where its first record is, how many cells a record has, and whether the
 * first one has the names of the columns. Decided on a sample by which separator gives consistent columns.
 */
import { ANSWER_NAMES, INPUT_NAMES } from "./columnNames.ts";
import { type Dialect, delimitedRecords, hasWidth, noEvidence, type RecordStart } from "./delimitedRecords.ts";

export interface Layout extends Dialect {
  /** The header, or the first row where there is none. */
  readonly start: RecordStart;
  /** Cells of a record. */
  readonly width: number;
  readonly hasHeader: boolean;
  /** Lines above the header that are no table; the first is `start.line - titleLines`. */
  readonly titleLines: number;
  /** The header lacks a name for the first column, as R writes row names. */
  readonly isShortHeader: boolean;
  /** Cells begin with a blank, as in "a, b": a separator with a blank after it is one all the same. */
  readonly isSpaced: boolean;
}

export interface LayoutOptions {
  readonly separators: readonly string[];
  readonly quotes: boolean;
  readonly header: boolean | "auto";
}

/** In order of preference. */
export const SEPARATORS = [",", ";", "\t", "|"] as const;

const SAMPLE_RECORDS = 200;
const ENOUGH_RECORDS = 20;
const SAMPLE_CHARACTERS = 256 * 1024;
const MAX_TITLE_RECORDS = 10;

type Sampled = readonly { readonly line: number; readonly cells: readonly string[] }[];

interface Candidate extends Layout {
  /** Share of the records that have as many cells as the first. */
  readonly share: number;
  /** Share of the records in which the separator occurs. */
  readonly used: number;
  /** Share of cells that look whole. */
  readonly clean: number;
}

/** `content` has \n line ends; what lies before `start` is no part of the table. */
export function guessLayout(content: string, start: RecordStart, { separators, quotes, header }: LayoutOptions): Layout {
  const candidates = separators.map((separator) => {
    const dialect = { separator, quotes };
    return candidateOf(sampled(content, dialect, start), dialect, start, content);
  });
  const [best] = candidates
    .filter(({ width, used }) => width > 1 && used >= 0.5)
    .toSorted((a, b) => b.share - a.share || b.clean - a.clean || b.width - a.width);
  const oneColumn = { separator: null, quotes };
  const layout = best ?? candidateOf(sampled(content, oneColumn, start), oneColumn, start, content);
  const records = sampled(content, layout, layout.start);
  const hasHeader = header === "auto" ? layout.isShortHeader || !isSurelyData(records) : header;
  return hasHeader ? layout : { ...layout, hasHeader, isShortHeader: false, width: usualWidth(records) || layout.width };
}

/** The first records that have any text and no broken quote. */
function sampled(content: string, dialect: Dialect, start: RecordStart): Sampled {
  const end = start.at + SAMPLE_CHARACTERS;
  const part = content.slice(0, end);
  const records: { line: number; cells: readonly string[] }[] = [];
  for (const { line, cells, fault } of delimitedRecords(part, dialect, start, null, noEvidence())) {
    // Perhaps a cell that was cut where the sample ends, and its lines would count as records.
    if (fault === "unclosed" && end < content.length && records.length >= ENOUGH_RECORDS) return records;
    if (fault === null && cells.some((cell) => cell.trim() !== "")) records.push({ line, cells });
    if (records.length === SAMPLE_RECORDS) return records;
  }
  // The last one was cut where the sample ends.
  return end < content.length && records.length > 1 ? records.slice(0, -1) : records;
}

function candidateOf(records: Sampled, dialect: Dialect, start: RecordStart, content: string): Candidate {
  const skipped = titleRecords(records);
  const [first, ...rest] = records.slice(skipped);
  const named = first?.cells.length ?? 0;
  const isShortHeader =
    rest.length > 1 && rest.every(({ cells }, index) => cells.length === named + 1 && isNumbered(cells, index));
  const width = named + (isShortHeader ? 1 : 0);
  const cells = records.slice(skipped).flatMap((record) => record.cells);
  return {
    ...dialect,
    start: skipped > 0 && first ? startOfLine(content, start, first.line) : start,
    width,
    hasHeader: true,
    titleLines: skipped > 0 && first ? first.line - start.line : 0,
    isShortHeader,
    isSpaced: records
      .slice(skipped)
      .some((record) => hasWidth(record.cells, width) && record.cells.slice(1).some((cell) => /^ \S/.test(cell))),
    share: shareOf(rest, ({ cells: found }) => hasWidth(found, width)),
    used: shareOf(rest, ({ cells: found }) => found.length > 1),
    clean: cells.filter(looksWhole).length / Math.max(1, cells.length),
  };
}

const shareOf = (records: Sampled, has: (record: Sampled[number]) => boolean): number =>
  records.length === 0 ? 1 : records.filter(has).length / records.length;

/** Records above the header: they are narrower than nearly all others, and what follows them looks like names. */
function titleRecords(records: Sampled): number {
  const width = usualWidth(records);
  const header = records.findIndex(({ cells }) => cells.length === width && cells.slice(1).some((cell) => cell.trim() !== ""));
  const [first] = records;
  if (width < 2 || header < 1 || header > MAX_TITLE_RECORDS || !first || first.cells.length > width) return 0;
  const isNamed = first.cells.every((cell) => INPUT_NAMES.test(cell.trim()) || ANSWER_NAMES.test(cell.trim()));
  return !isNamed && looksLikeNames(records[header]?.cells ?? []) ? header : 0;
}

/** The most frequent number of cells; of equals the smaller. 0 without records. */
function usualWidth(records: Sampled): number {
  const counts = new Map<number, number>();
  for (const { cells } of records) counts.set(cells.length, (counts.get(cells.length) ?? 0) + 1);
  return [...counts].toSorted(([a, m], [b, n]) => n - m || a - b)[0]?.[0] ?? 0;
}

function looksLikeNames(cells: readonly string[]): boolean {
  const names = cells.map((cell) => cell.trim());
  const areNames = names.every(
    (name, index) => name !== "" && name.length <= 40 && !isNumber(name) && looksWhole(cells[index] ?? ""),
  );
  return areNames && new Set(names).size === names.length;
}

/** Whether a first record is one more row for sure: a value in it comes again and again below, or it begins a count. */
function isSurelyData(records: Sampled): boolean {
  const [first, ...rest] = records;
  if (!first || rest.length < 2) return false;
  const { cells } = first;
  const named = cells.some((cell) => cell.trim() === "" || INPUT_NAMES.test(cell.trim()) || ANSWER_NAMES.test(cell.trim()));
  // Tools write 0, 1, 2 where columns have no names.
  const isNumberedHeader = [0, 1].some((from) => cells.every((cell, index) => cell.trim() === String(index + from)));
  if (named || isNumberedHeader) return false;
  const others = rest.filter((record) => record.cells.join("\n") !== cells.join("\n"));
  return cells.some((cell, column) => {
    const below = others.map((record) => record.cells[column] ?? "");
    const begins =
      isNumber(cell) && below.length > 2 && below.every((value, index) => Number(value) === Number(cell) + index + 1);
    return (
      begins || (below.filter((value) => value.trim() === cell.trim()).length > 1 && new Set(below).size <= below.length / 2)
    );
  });
}

const isNumber = (cell: string): boolean => cell.trim() !== "" && Number.isFinite(Number(cell));
const isNumbered = (cells: readonly string[], index: number): boolean => cells[0]?.trim() === String(index + 1);

/** A cell that shows no sign of having been cut in the wrong place: a decimal comma is none. */
const looksWhole = (cell: string): boolean =>
  /^[+-]?\d+,\d+$/.test(cell) || (cell === cell.trimStart() && !SEPARATORS.some((separator) => cell.includes(separator)));

function startOfLine(content: string, start: RecordStart, line: number): RecordStart {
  let { at } = start;
  for (let passed = start.line; passed < line; passed++) at = content.indexOf("\n", at) + 1;
  return { at, line };
}
