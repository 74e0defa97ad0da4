/** A first guess at which column is the input and which the answer; the user can change it. */
import { ANSWER_NAMES, INPUT_NAMES } from "./columnNames.ts";
import { isConversationColumn, splitTalk } from "./conversation.ts";
import { createLabelMatcher } from "./labelMatching.ts";
import type { Table } from "./table.ts";

/** `input` may be a template (inputTemplate.ts). `answer` is null when no column repeats its values as labels do and none has a telling name. */
export interface GuessedColumns {
  readonly input: string;
  readonly answer: string | null;
}

/** Rows looked at; enough to tell text from labels. */
const SAMPLE = 1000;

interface ColumnProfile {
  readonly name: string;
  readonly meanLength: number;
  /** Distinct values over rows. */
  readonly distinct: number;
  readonly distinctShare: number;
  /** Share of cells with at least two letters in a row. */
  readonly wordShare: number;
}

/**
 * The most text-like column is the input; among the others, a column of few repeated values is the answer. Where `labels` are agreed on, the column that
 * has them is, whatever else the file has.
 */
export function guessColumns(table: Table, labels: readonly string[] = []): GuessedColumns {
  return guessConversation(table) ?? guessInstruction(table) ?? guessText(table, labels);
}

/** A column of conversations is both, unless nobody answers in them. */
function guessConversation(table: Table): GuessedColumns | null {
  const talk = table.columns.find((name) => isConversationColumn(table, name));
  if (talk === undefined) return null;
  const isAnswered = table.rows.slice(0, SAMPLE).some(({ values }) => "answer" in splitTalk(values[talk] ?? ""));
  if (isAnswered) return { input: talk, answer: talk };
  const others = table.columns.filter((name) => name !== talk);
  const completion = others.find((name) => isConversationColumn(table, name));
  return {
    input: talk,
    answer:
      completion ??
      best(
        others.map((name) => profile(table, name)),
        answerScore,
      )?.name ??
      null,
  };
}

/** Alpaca and its kin: an instruction, what it is about, and the answer. */
function guessInstruction({ columns, rows }: Table): GuessedColumns | null {
  const named = (...names: readonly string[]) => columns.find((column) => names.includes(column.toLowerCase()));
  const instruction = named("instruction");
  const answer = named("output", "response", "completion");
  if (instruction === undefined || answer === undefined) return null;
  const about = named("input", "context");
  const isUsed = about !== undefined && rows.slice(0, SAMPLE).some(({ values }) => values[about]?.trim());
  return { input: isUsed ? `{${instruction}}\n\n{${about}}` : instruction, answer };
}

function guessText(table: Table, labels: readonly string[]): GuessedColumns {
  const profiles = table.columns.map((name) => profile(table, name));
  const agreed = table.columns.length > 1 ? columnOfLabels(table, labels) : null;
  const input =
    best(
      profiles.filter(({ name }) => name !== agreed),
      inputScore,
    ) ?? profiles[0];
  if (!input) throw new RangeError("guessColumns: the table has no columns");
  const answer = best(
    profiles.filter((column) => column !== input),
    answerScore,
  );
  return { input: input.name, answer: agreed ?? answer?.name ?? null };
}

/** Of a column's cells that are not empty, so many must be labels. */
const LEAST_LABELS = 0.5;

/** The column with the largest share of cells that are one of the labels; null where none has many. */
function columnOfLabels({ columns, rows }: Table, labels: readonly string[]): string | null {
  const matcher = createLabelMatcher(labels, false);
  const shareOf = (name: string) => {
    const cells = rows.slice(0, SAMPLE).flatMap(({ values }) => values[name]?.trim() || []);
    const share = cells.filter((cell) => matcher.match(cell) !== null).length / Math.max(1, cells.length);
    return share < LEAST_LABELS ? 0 : share;
  };
  return best(columns, shareOf);
}

function profile(table: Table, name: string): ColumnProfile {
  const cells = table.rows.slice(0, SAMPLE).map(({ values }) => (values[name] ?? "").trim());
  const rows = Math.max(1, cells.length);
  const distinct = new Set(cells).size;
  return {
    name,
    meanLength: cells.reduce((sum, cell) => sum + cell.length, 0) / rows,
    distinct,
    distinctShare: distinct / rows,
    wordShare: cells.filter((cell) => /\p{L}{2}/u.test(cell)).length / rows,
  };
}

/** Mean length of its words; a telling name counts as being four times as long. */
function inputScore({ name, meanLength, wordShare }: ColumnProfile): number {
  return meanLength * wordShare * (INPUT_NAMES.test(name) ? 4 : 1);
}

/** 0 for a column that cannot hold labels; fewer and wordier values are better, and a telling name beats both. */
function answerScore({ name, meanLength, distinct, distinctShare, wordShare }: ColumnProfile): number {
  const named = ANSWER_NAMES.test(name);
  const repeats = distinct >= 2 && distinct <= 200 && distinctShare <= 0.5 && meanLength <= 120;
  if (!repeats) return named && distinct >= 2 ? 1 : 0;
  return (named ? 10 : 2) + wordShare - distinctShare;
}

/** The item of the highest positive score; the first of equals. */
function best<T>(items: readonly T[], score: (item: T) => number): T | null {
  let top: T | null = null;
  for (const item of items) if (score(item) > (top ? score(top) : 0)) top = item;
  return top;
}
