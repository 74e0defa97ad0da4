/**
 * Where the input of a row comes from: one column, or several in a template such as "{instruction}\n\n{input}". {{ and }} are braces.
 * What is empty leaves no trace: a line whose columns are all empty goes, with its heading where it is a paragraph of its own.
 */
import type { DuetError } from "../errors/duetError.ts";
import { dataError } from "./dataError.ts";

export interface InputTemplate {
  /** The columns in it, each once. */
  readonly columns: readonly string[];
  /** The input from the values of the columns, trimmed; "" when they are all empty. */
  render(cellOf: (column: string) => string): string;
}

/** `input` is the name of a column, or else a template. @throws {DuetError} COLUMNS saying what is wrong with it. */
export function inputTemplate(input: string, columns: readonly string[]): InputTemplate {
  if (columns.includes(input)) return { columns: [input], render: (cellOf) => cellOf(input).trim() };
  if (!/[{}]/.test(input)) throw unknownColumn(input, columns);
  const paragraphs = input.split(/(\n{2,})/).map((text) => text.split("\n").map((line) => piecesOf(line, columns)));
  const named = paragraphs.flat(2).flatMap((piece) => ("column" in piece ? [piece.column] : []));
  if (named.length === 0) throw dataError("COLUMNS", ["noColumnNamed", columns[0] ?? "text"]);
  return { columns: [...new Set(named)], render: (cellOf) => renderParagraphs(paragraphs, cellOf) };
}

/** The error for a column that a table does not have. */
export function unknownColumn(column: string, columns: readonly string[]): DuetError {
  return dataError("COLUMNS", ["unknownColumn", column, columns.join(", ")]);
}

type Piece = { readonly column: string } | { readonly text: string };

const PIECES = /\{\{|\}\}|\{([^{}]*)\}|[{}]|[^{}]+/g;

function piecesOf(line: string, columns: readonly string[]): readonly Piece[] {
  return [...line.matchAll(PIECES)].map(([text, name]) => {
    if (name !== undefined) {
      const column = [name, name.trim()].find((candidate) => columns.includes(candidate));
      if (column === undefined) throw unknownColumn(name.trim(), columns);
      return { column };
    }
    if (text === "{" || text === "}") {
      throw dataError("COLUMNS", ["halfBrace", text]);
    }
    return { text: text === "{{" || text === "}}" ? text.slice(1) : text };
  });
}

type Line = readonly Piece[];

function renderParagraphs(paragraphs: readonly (readonly Line[])[], cellOf: (column: string) => string): string {
  const isGone = (pieces: Line) => {
    const values = pieces.flatMap((piece) => ("column" in piece ? [cellOf(piece.column).trim()] : []));
    return values.length > 0 && values.every((value) => value === "");
  };
  // Every second one is the gap between two.
  const texts: string[] = [];
  for (let at = 0; at < paragraphs.length; at += 2) {
    const lines = paragraphs[at] ?? [];
    if (isGone(lines.flat())) continue;
    const gap = "\n".repeat((paragraphs[at - 1]?.length ?? 1) - 1);
    const text = lines.filter((line) => !isGone(line)).map((line) => renderLine(line, cellOf));
    texts.push(`${texts.length > 0 ? gap : ""}${text.join("\n")}`);
  }
  const isEmpty = paragraphs.flat().every((line) => isGone(line) || line.every((piece) => "text" in piece));
  return isEmpty ? "" : texts.join("").trim();
}

/** Punctuation between two columns stands only where there is something on both sides of it. */
function renderLine(pieces: Line, cellOf: (column: string) => string): string {
  let text = "";
  let held = "";
  let isShown = false;
  for (const [index, piece] of pieces.entries()) {
    if ("column" in piece) {
      const value = cellOf(piece.column).trim();
      if (value === "") continue;
      text += `${isShown ? held : ""}${value}`;
      held = "";
      isShown = true;
    } else if (isColumn(pieces[index - 1]) && isColumn(pieces[index + 1]) && /^[\s\p{P}]*$/u.test(piece.text))
      held ||= piece.text;
    else text += piece.text;
  }
  return text;
}

const isColumn = (piece: Piece | undefined): boolean => piece !== undefined && "column" in piece;
