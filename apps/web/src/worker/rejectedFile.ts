/** Lines of a table that are not used, as a table of their own: where they stand, why, and what is in them where that could be read. */
import type { DataSaying } from "@duet/lora-core/data/dataSentences";
import type { MappedRows } from "@duet/lora-core/data/mapRows";
import { writeCsv } from "@duet/lora-core/data/writeCsv";

/** Reasons that are said in one go: whoever says them may be the page's thread, and every label that fits none is a reason of its own. */
const SAID_AT_ONCE = 500;

export interface RejectedWords {
  /** Names of the first two columns. */
  readonly line: string;
  readonly reason: string;
}

/** In words, in their order. */
export type SayReasons = (reasons: readonly DataSaying[]) => Promise<readonly string[]> | readonly string[];

export type LeftOut = Pick<MappedRows, "rejected" | "cells">;

/** `columns` are those of the file. */
export async function rejectedCsv(
  columns: readonly string[],
  { rejected, cells }: LeftOut,
  words: RejectedWords,
  say: SayReasons,
): Promise<string> {
  const keys = rejected.map(({ reason }) => JSON.stringify(reason));
  const said = await inWords(new Map(rejected.map(({ reason }, place) => [keys[place] ?? "", reason])), say);
  return writeCsv(
    [words.line, words.reason, ...columns],
    rejected.map((row, place) => [
      String(row.line),
      said.get(keys[place] ?? "") ?? "",
      ...columns.map((column) => cells.get(row)?.[column] ?? ""),
    ]),
  );
}

/** Every reason once. */
async function inWords(reasons: ReadonlyMap<string, DataSaying>, say: SayReasons): Promise<ReadonlyMap<string, string>> {
  const said = new Map<string, string>();
  const all = [...reasons];
  for (let start = 0; start < all.length; start += SAID_AT_ONCE) {
    const some = all.slice(start, start + SAID_AT_ONCE);
    const sentences = await say(some.map(([, reason]) => reason));
    for (const [place, [key]] of some.entries()) said.set(key, sentences[place] ?? "");
  }
  return said;
}
