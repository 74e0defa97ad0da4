/** JSON Lines (one object per line) and a JSON array of objects. */
import { splitLines, tooLong } from "./readLines.ts";
import type { RejectedRow } from "./rejectedRow.ts";
import { MAX_CELL, type Table, type TableRow } from "./table.ts";
import { TableError } from "./tableError.ts";

/** A piece of the file that should be one JSON object. */
interface Piece {
  readonly line: number;
  readonly text: string;
}

/** `content` has \n line ends. */
export function readJsonLines(content: string): Table {
  const pieces = splitLines(content).map((text, index) => ({ line: index + 1, text }));
  return { format: "jsonl", ...readPieces(pieces) };
}

/** @throws {TableError} when the array is never closed. */
export function readJsonArray(content: string): Table {
  return { format: "json", ...readPieces(arrayElements(content)) };
}

function readPieces(pieces: Iterable<Piece>): Omit<Table, "format"> {
  const columns = new Set<string>();
  const found: { line: number; cells: Map<string, string> }[] = [];
  const rejected: RejectedRow[] = [];
  for (const { line, text } of pieces) {
    const cells = parseObject(text);
    if (typeof cells === "string") rejected.push({ line, reason: cells });
    else {
      for (const column of cells.keys()) columns.add(column);
      found.push({ line, cells });
    }
  }
  const names = [...columns];
  const rows: TableRow[] = found.map(({ line, cells }) => ({
    line,
    values: Object.fromEntries(names.map((name) => [name, cells.get(name) ?? ""])),
  }));
  return { columns: names, rows, rejected };
}

/** The object's cells, or the reason why there are none. Nested values are kept as JSON text, null is "". */
function parseObject(text: string): Map<string, string> | string {
  if (text.trim() === "") return "the line is empty";
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return "this is not valid JSON";
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) return "this is not a JSON object";
  const cells = new Map<string, string>();
  for (const [name, entry] of Object.entries(value)) {
    const cell = typeof entry === "string" ? entry : entry === null ? "" : JSON.stringify(entry);
    if (cell.length > MAX_CELL) return tooLong(name, cell.length);
    cells.set(name, cell);
  }
  return cells.size > 0 ? cells : "the object has no fields";
}

/** The top-level elements of a JSON array with the line each starts on. Strings and nesting are skipped, not checked. */
function* arrayElements(content: string): Generator<Piece> {
  let line = 1;
  let depth = 0;
  let inString = false;
  let start: { at: number; line: number } | null = null;
  for (let at = 0; at < content.length; at++) {
    const char = content[at] ?? "";
    if (char === "\n") line++;
    if (inString) {
      if (char === "\\") at++;
      else if (char === '"') inString = false;
      continue;
    }
    const closes = char === "]" || char === "}";
    if (depth === 1 && (char === "," || char === "]")) {
      if (start) yield { line: start.line, text: content.slice(start.at, at) };
      start = null;
      if (char === "]") return;
    } else {
      if (depth === 1 && !start && char.trim() !== "") start = { at, line };
      if (char === '"') inString = true;
      if (char === "[" || char === "{") depth++;
      if (closes) depth--;
    }
  }
  throw new TableError("UNREADABLE", `The JSON array that starts on line 1 is never closed.`);
}
