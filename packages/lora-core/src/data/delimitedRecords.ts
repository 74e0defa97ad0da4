/**
 * The records of a CSV or TSV: RFC 4180 with what people's files add to it. A parser of its own, because none that is kept well goes
 * on after a quote that never closes: here such a quote costs its own line, and the next line is a record again.
 * Also read: blanks around a quoted cell, \" for a quote, quotes within a cell that starts with one. Time is linear in the length.
 */

export interface Dialect {
  /** Null for a file of one column. */
  readonly separator: string | null;
  /** False where a quote is a character like any other. */
  readonly quotes: boolean;
}

export interface DelimitedRecord {
  /** Line of the file on which it starts, from 1. */
  readonly line: number;
  readonly cells: readonly string[];
  /** Why its cells are not known; null when they are. */
  readonly fault: QuoteFault | null;
}

/** `unclosed`: the quoted cell has no end. `trailing`: text goes on after its closing quote. */
export type QuoteFault = "unclosed" | "trailing";

/** What a reading with quotes found: whether they are marks in this file, or plain characters. */
export interface QuoteEvidence {
  records: number;
  unclosed: number;
  trailing: number;
  /** Quotes inside cells that do not start with one. */
  inside: number;
  /** Quoted cells that had to be: with a separator, a line end or a quote inside. */
  needed: number;
  /** Quoted cells of every column. */
  readonly quoted: number[];
}

export const noEvidence = (): QuoteEvidence => ({ records: 0, unclosed: 0, trailing: 0, inside: 0, needed: 0, quoted: [] });

export interface RecordStart {
  readonly at: number;
  readonly line: number;
}

/**
 * Records of `content` (with \n line ends) from `start` on; adds to `evidence`. `width` is the number of cells that a record should
 * have, and decides between readings of a damaged one; null when it is not known yet.
 */
export function* delimitedRecords(
  content: string,
  dialect: Dialect,
  start: RecordStart,
  width: number | null,
  evidence: QuoteEvidence,
): Generator<DelimitedRecord> {
  let { at, line } = start;
  let quote = -1;
  while (at < content.length) {
    const lineEnd = indexOrEnd(content, "\n", at);
    if (quote < at) quote = dialect.quotes ? indexOrEnd(content, '"', at) : content.length;
    evidence.records++;
    if (quote >= lineEnd) {
      yield { line, cells: splitCells(content.slice(at, lineEnd), dialect.separator), fault: null };
      at = lineEnd + 1;
      line++;
      continue;
    }
    const found = quotedRecord(content, at, dialect.separator, width);
    addEvidence(evidence, found);
    yield { line, cells: found.fault === null ? found.cells.map(({ text }) => text) : [], fault: found.fault };
    // What follows a broken quote is read anew from the next line.
    const end = found.fault === null ? found.end : lineEnd;
    line += 1 + (found.fault === null ? countOf(content.slice(at, end), "\n") : 0);
    at = end + 1;
  }
}

const indexOrEnd = (content: string, char: string, from: number): number => {
  const at = content.indexOf(char, from);
  return at < 0 ? content.length : at;
};

const splitCells = (line: string, separator: string | null): string[] => (separator === null ? [line] : line.split(separator));

const countOf = (text: string, char: string): number => text.split(char).length - 1;

interface Cell {
  readonly text: string;
  readonly isQuoted: boolean;
  /** Whether it could not have been written without quotes; for an unquoted cell, whether a quote is inside. */
  readonly hasMarks: boolean;
}

interface Scan {
  readonly cells: readonly Cell[];
  /** Where the record's last line ends. */
  readonly end: number;
  readonly fault: QuoteFault | null;
  /** Whether a first reading failed and another one made sense. */
  readonly mended: QuoteFault | null;
}

type QuoteStyle = "strict" | "backslash" | "lenient";

function addEvidence(evidence: QuoteEvidence, { cells, fault, mended }: Scan): void {
  const kind = fault ?? mended;
  if (kind) evidence[kind]++;
  if (fault) return;
  for (const [column, { isQuoted, hasMarks }] of cells.entries()) {
    if (isQuoted) evidence.quoted[column] = (evidence.quoted[column] ?? 0) + 1;
    if (hasMarks && isQuoted) evidence.needed++;
    if (hasMarks && !isQuoted) evidence.inside++;
  }
}

/** The record at `at`, whose first line has a quote: the first of three readings that has the right number of cells. */
function quotedRecord(content: string, at: number, separator: string | null, width: number | null): Scan {
  const strict = scanRecord(content, at, separator, "strict");
  const isWhole = strict.fault === null && !swallowsRecords(content.slice(at, strict.end), separator, width);
  if (isWhole && hasWidth(strict.cells, width)) return strict;
  const lineEnd = indexOrEnd(content, "\n", at);
  if (content.slice(at, Math.max(lineEnd, strict.end)).includes('\\"')) {
    const escaped = scanRecord(content, at, separator, "backslash");
    if (escaped.fault === null && hasWidth(escaped.cells, width)) return escaped;
  }
  if (strict.fault === "trailing") {
    const lenient = scanRecord(content, at, separator, "lenient");
    if (lenient.fault === null && hasWidth(lenient.cells, width)) return { ...lenient, mended: "trailing" };
  }
  return isWhole ? strict : { ...strict, fault: strict.fault ?? "unclosed" };
}

/** Empty cells after the last column are no fault. */
export const hasWidth = (cells: readonly (Cell | string)[], width: number | null): boolean =>
  width === null ||
  cells.length === width ||
  (cells.length > width && cells.slice(width).every((cell) => (typeof cell === "string" ? cell : cell.text).trim() === ""));

/** Lines of prose seldom have as many commas as a record; other separators hardly ever. */
const SWALLOWED_LINES = { comma: 5, other: 2 } as const;

/** Whether a quoted cell of several lines is a lost quote that took whole records with it: each of its lines is one. */
function swallowsRecords(text: string, separator: string | null, width: number | null): boolean {
  if (separator === null || width === null || width < 2 || !text.includes("\n")) return false;
  const lines = text.split("\n");
  const fewest = separator === "," ? SWALLOWED_LINES.comma : SWALLOWED_LINES.other;
  return lines.length >= fewest && lines.every((line) => countOf(line, separator) === width - 1);
}

function scanRecord(content: string, at: number, separator: string | null, style: QuoteStyle): Scan {
  const cells: Cell[] = [];
  let cursor = at;
  let lineEnd = indexOrEnd(content, "\n", at);
  // Where one quote finds no end in its line, no later one does: looking again would take quadratic time.
  let isPlain = false;
  for (;;) {
    const opening: number = isPlain ? -1 : openingQuote(content, cursor, separator);
    const closed = opening < 0 ? null : closeQuote(content, { opening, lineEnd, separator, style });
    if (closed !== null && typeof closed !== "object") return { cells, end: lineEnd, fault: closed, mended: null };
    isPlain ||= opening >= 0 && closed === null;
    let end: number;
    if (closed) {
      cells.push(quotedCell(content.slice(opening + 1, closed.at), separator, style));
      end = closed.end;
      if (end > lineEnd) lineEnd = indexOrEnd(content, "\n", end);
    } else {
      const rest = content.slice(cursor, lineEnd);
      const length = separator === null ? -1 : rest.indexOf(separator);
      const text = length < 0 ? rest : rest.slice(0, length);
      cells.push({ text, isQuoted: false, hasMarks: text.includes('"') });
      end = cursor + text.length;
    }
    if (end >= lineEnd || separator === null) return { cells, end: lineEnd, fault: null, mended: null };
    cursor = end + separator.length;
  }
}

/** Where the cell at `from` opens a quote, blanks before it aside; -1 when it does not. */
function openingQuote(content: string, from: number, separator: string | null): number {
  const at = skipBlanks(content, from, separator);
  return content[at] === '"' ? at : -1;
}

function skipBlanks(content: string, from: number, separator: string | null): number {
  let at = from;
  while ((content[at] === " " || content[at] === "\t") && content[at] !== separator) at++;
  return at;
}

interface OpenQuote {
  readonly opening: number;
  /** Of its line. */
  readonly lineEnd: number;
  readonly separator: string | null;
  readonly style: QuoteStyle;
}

/** Where the cell's closing quote is and the cell ends; null to read it as plain text; or what is wrong with it. */
function closeQuote(
  content: string,
  { opening, lineEnd, separator, style }: OpenQuote,
): { readonly at: number; readonly end: number } | QuoteFault | null {
  for (let at = content.indexOf('"', opening + 1); at >= 0; at = content.indexOf('"', at + 1)) {
    if (style === "lenient" && at > lineEnd) return null;
    if (style === "backslash" && isEscaped(content, at, opening)) continue;
    if (content[at + 1] === '"') {
      at++;
      continue;
    }
    const end = skipBlanks(content, at + 1, separator);
    const isClosing =
      end >= content.length || content[end] === "\n" || (separator !== null && content.startsWith(separator, end));
    if (isClosing) return { at, end };
    if (style !== "lenient") return at > lineEnd ? "unclosed" : "trailing";
  }
  return style === "lenient" ? null : "unclosed";
}

/** Whether an odd number of backslashes stands before `at`. */
function isEscaped(content: string, at: number, opening: number): boolean {
  let first = at;
  while (first - 1 > opening && content[first - 1] === "\\") first--;
  return (at - first) % 2 === 1;
}

function quotedCell(raw: string, separator: string | null, style: QuoteStyle): Cell {
  const unescaped = style === "backslash" ? raw.replace(/\\(["\\])/g, "$1") : raw;
  const hasMarks = raw.includes('"') || raw.includes("\n") || (separator !== null && raw.includes(separator));
  return { text: unescaped.replaceAll('""', '"'), isQuoted: true, hasMarks };
}
