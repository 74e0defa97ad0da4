/**
 * JSON in the shapes in which people have rows: one object per line, objects over several lines, a list, a list within an object
 * (`{"data": [...]}`), and the frames of pandas (columns, index, split, list of values, records).
 */
import { ANSWER_NAMES, INPUT_NAMES } from "./columnNames.ts";
import { endOfJson, type JsonEnd, type JsonPart, jsonMembers } from "./jsonParts.ts";
import { type JsonRow, parseJson, tableOfRows } from "./jsonRows.ts";
import type { RejectedRow } from "./rejectedRow.ts";
import type { Table, TableFormat } from "./table.ts";
import { TableError } from "./tableError.ts";
import type { TableReading } from "./tableOptions.ts";
import { isConversation } from "./turn.ts";

const READING: TableReading = { encoding: null, separator: null, header: null, quotes: null, notices: [] };

/** `content` has \n line ends. @throws {TableError} when a list is never closed, or it is not clear which list has the rows. */
export function readJson(content: string): Table {
  const at = content.search(/\S/);
  const line = content.slice(0, at).split("\n").length;
  const isList = content[at] === "[";
  const end = isList || content[at] === "{" ? endOfJson(content, at, false).end : null;
  if (isList && end === null) {
    throw new TableError("UNREADABLE", ["openArray", line]);
  }
  if (end === null || content.slice(end).trim() !== "") return tableOf("jsonl", documents(content));
  return isList ? tableOf("json", listRows(content, at, line)) : readObject(content, at, line);
}

const tableOf = (format: TableFormat, rows: Iterable<JsonRow | RejectedRow>): Table => ({
  format,
  ...tableOfRows(rows),
  reading: READING,
});

function* listRows(content: string, at: number, line: number): Generator<JsonRow> {
  for (const part of jsonMembers(content, at, line)) yield { line: part.line, value: parseJson(part.text) };
}

/** How often the file's length may be read in vain, looking for the end of values over several lines that have none. */
const VAIN_SCANS = 4;

/** Values one after the other, each on a line or over several, with or without commas between; a damaged line costs only itself. */
function* documents(content: string): Generator<JsonRow | RejectedRow> {
  let vain = VAIN_SCANS * content.length;
  let areLines = true;
  for (let at = 0, line = 1; at < content.length; ) {
    const newline = content.indexOf("\n", at);
    const lineEnd = newline < 0 ? content.length : newline;
    const text = content.slice(at, lineEnd);
    const begin = /[^\s,]/.exec(text)?.index;
    let next = lineEnd;
    if (begin !== undefined) {
      let value = parseJson(text);
      if (value === undefined && vain > 0) {
        const { end, read } = endOfValue(content, at + begin, lineEnd);
        if (end === null) vain -= read;
        else {
          value = parseJson(content.slice(at + begin, end));
          areLines &&= end <= lineEnd;
          next = end;
        }
      }
      yield* expanded({ line, value });
    } else if (areLines && (at === 0 || content[at - 1] === "\n")) yield { line, reason: ["emptyLine"] };
    const passed = content[next] === "\n" ? next + 1 : next;
    line += content.slice(at, passed).split("\n").length - 1;
    at = passed;
  }
}

/** Where the object or list at `begin` ends; it does not where something follows it that is no further value. */
function endOfValue(content: string, begin: number, lineEnd: number): JsonEnd {
  if (content[begin] !== "{" && content[begin] !== "[") return { end: null, read: 1 };
  const found = endOfJson(content, begin, true);
  if (found.end === null) return found;
  const rest = found.end > lineEnd ? content.slice(found.end, found.end + 2) : content.slice(found.end, lineEnd);
  return /^[\s,]*(?:[[{]|$)/.test(rest) ? found : { ...found, end: null };
}

/** A list of objects on a line of its own is as good as its members. */
function* expanded({ line, value }: JsonRow): Generator<JsonRow> {
  const isList = Array.isArray(value) && value.length > 0 && value.every((item) => typeof item === "object" && item !== null);
  if (!isList || isConversation(value)) yield { line, value };
  else for (const item of value) yield { line, value: item };
}

/** Where an object has several lists, the one with the rows has one of these names. */
const LIST_NAMES = ["data", "rows", "examples", "records", "items", "instances", "samples", "train"];

/** How many objects may stand around the list with the rows. */
const MAX_DEPTH = 3;

function readObject(content: string, at: number, line: number, depth = 1): Table {
  const members = [...jsonMembers(content, at, line)];
  const frame = frameRows(members);
  if (frame) return tableOf("json", frame);
  const lists = members.filter(({ text }) => /^\[\s*[[{]/.test(text));
  const isRow = members.some(
    ({ text }) => /^\[\s*\{\s*"(?:role|from|content|value)"/.test(text) && isConversation(parseJson(text)),
  );
  if (lists.length > 0 && !isRow) {
    const list = rowList(lists);
    return tableOf("json", listRows(content, list.at, list.line));
  }
  const objects = members.filter(({ text }) => text.startsWith("{"));
  const [inner] = objects;
  // { "response": { "data": [...] } }
  if (inner && objects.length === 1 && depth < MAX_DEPTH && /\[\s*[[{]/.test(inner.text))
    return readObject(content, inner.at, inner.line, depth + 1);
  return tableOf("json", [{ line, value: parseJson(content.slice(at)) }]);
}

function rowList(lists: readonly JsonPart[]): JsonPart {
  const named = LIST_NAMES.flatMap((name) => lists.filter(({ key }) => key?.toLowerCase() === name));
  const [list] = lists.length === 1 ? lists : named;
  if (list) return list;
  const names = lists.map(({ key }) => `"${key}"`).join(", ");
  throw new TableError("UNREADABLE", ["severalLists", names]);
}

/** Rows of a frame that pandas wrote column by column; null when it is none. They are numbered, because they have no lines. */
function frameRows(members: readonly JsonPart[]): readonly JsonRow[] | null {
  const texts = new Map(members.map(({ key, text }) => [key ?? "", text]));
  const [columnList, data] = [texts.get("columns"), texts.get("data") ?? texts.get("rows")];
  if (columnList !== undefined && data !== undefined) return splitFrame(parseJson(columnList), parseJson(data));
  const isColumns =
    members.length > 0 && (members.every(({ text }) => text.startsWith("{")) || members.every(({ text }) => isPlainList(text)));
  if (!isColumns) return null;
  const columns = members.map(({ key, text }) => ({ name: key ?? "", cells: parseJson(text) }));
  const lists = columns.flatMap(({ name, cells }) => (Array.isArray(cells) ? [{ name, cells: { ...cells } }] : []));
  if (lists.length === columns.length) return sameKeys(lists) ? byRow(lists) : null;
  const objects = columns.flatMap(({ name, cells }) => (isObject(cells) ? [{ name, cells }] : []));
  if (objects.length < columns.length || !sameKeys(objects)) return null;
  const keys = Object.keys(objects[0]?.cells ?? {});
  const names = objects.map(({ name }) => name);
  if (areNumbers(keys)) return byRow(objects);
  const areRows =
    areNumbers(names) || objects.length > keys.length || keys.some((key) => INPUT_NAMES.test(key) || ANSWER_NAMES.test(key));
  if (areRows && objects.length > 1) return objects.map(({ cells }, index) => ({ line: index + 1, value: cells }));
  return objects.length > 1 ? byRow(objects) : null;
}

/** A list without objects or lists in it. */
const isPlainList = (text: string): boolean => text.startsWith("[") && !/^\[\s*[[{]/.test(text);
const isObject = (value: unknown): value is object => typeof value === "object" && value !== null && !Array.isArray(value);
const areNumbers = (keys: readonly string[]): boolean => keys.length > 0 && keys.every((key) => /^\d+$/.test(key));

interface FrameColumn {
  readonly name: string;
  readonly cells: object;
}

function sameKeys(columns: readonly FrameColumn[]): boolean {
  const [first = ""] = columns.map(({ cells }) => Object.keys(cells).join("\n"));
  return first !== "" && columns.every(({ cells }) => Object.keys(cells).join("\n") === first);
}

function byRow(columns: readonly FrameColumn[]): readonly JsonRow[] {
  const keys = Object.keys(columns[0]?.cells ?? {});
  return keys.map((key, index) => ({
    line: index + 1,
    value: Object.fromEntries(columns.map(({ name, cells }) => [name, Reflect.get(cells, key)])),
  }));
}

/** pandas' orient="split": names, and a list of values for every row. */
function splitFrame(columns: unknown, data: unknown): readonly JsonRow[] | null {
  if (!Array.isArray(columns) || !Array.isArray(data) || !data.every(Array.isArray)) return null;
  const names = columns.map(String);
  return data.map((cells: readonly unknown[], index) => ({
    line: index + 1,
    value: Object.fromEntries(names.map((name, column) => [name, cells[column]])),
  }));
}
