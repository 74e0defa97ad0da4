/** How a tokenizer cuts the inputs of rows, for whose rows they are: a few as pieces of text, and how long all are. Pure. */

import type { TextTokenizer } from "./textTokenizer.ts";

/** As much of a row as is read here. */
interface ReadRow {
  readonly line: number;
  readonly input: string;
  readonly answer: string;
}

export interface RowPieces {
  readonly line: number;
  /** Those that are read. */
  readonly pieces: readonly string[];
  /** The text that is cut off, with its blanks, which single pieces of some tokenizers lose. */
  readonly rest: string;
  /** Pieces of both. */
  readonly tokens: number;
  readonly answer: string;
}

export interface RowLengths {
  /** Tokens of a step of `counts`. */
  readonly step: number;
  /** Rows by length, from 1 token on: counts[i] has those of up to (i + 1) * step. */
  readonly counts: readonly number[];
  /** Rows that were counted. */
  readonly rows: number;
  /** How many of them lose their end. */
  readonly cut: number;
  /** How many of them the base cannot read: it knows less than half of their letters, as where it was trained on another script. */
  readonly unread: number;
  /** Tokens of an input that are read. */
  readonly most: number;
}

/** Steps of a histogram; the last ones are of rows that are cut. */
const STEPS = 24;

/** `most` tokens of an input are read: what the base puts around it is not among them. */
export function rowPieces(tokenizer: TextTokenizer, { line, input, answer }: ReadRow, most: number): RowPieces {
  const ids = tokenizer.encode(input);
  const pieces = ids.slice(0, most).map((id) => tokenizer.decode([id]));
  return { line, pieces, rest: tokenizer.decode(ids.slice(most)), tokens: ids.length, answer };
}

export function rowLengths(tokenizer: TextTokenizer, rows: readonly Pick<ReadRow, "input">[], most: number): RowLengths {
  const encoded = rows.map(({ input }) => tokenizer.encode(input));
  const lengths = encoded.map(({ length }) => length);
  const isUnread = (input: string, ids: readonly number[]) => {
    const [letters, known] = [lettersOf(input), new Set(lettersOf(tokenizer.decode(ids)))];
    return letters.filter((letter) => known.has(letter)).length < letters.length / 2;
  };
  const step = Math.max(1, Math.ceil((1.5 * most) / STEPS));
  const counts = new Array<number>(STEPS).fill(0);
  for (const length of lengths) {
    const at = Math.min(STEPS - 1, Math.max(0, Math.ceil(length / step) - 1));
    counts[at] = (counts[at] ?? 0) + 1;
  }
  const unread = rows.filter(({ input }, index) => isUnread(input, encoded[index] ?? [])).length;
  return { step, counts, rows: rows.length, cut: lengths.filter((length) => length > most).length, unread, most };
}

/** Without case and accents, which some tokenizers drop. */
const lettersOf = (text: string): readonly string[] => text.normalize("NFKD").toLowerCase().match(/\p{L}/gu) ?? [];
