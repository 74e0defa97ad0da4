/** Lines of a table that are not used, as a table of their own: where they stand, why, and what is in them where that could be read. Pure. */
import type { DataSaying } from "@duet/lora-core/data/dataSentences";
import type { MappedRows } from "@duet/lora-core/data/mapRows";
import type { RejectedRow } from "@duet/lora-core/data/rejectedRow";
import { writeCsv } from "@duet/lora-core/data/writeCsv";

/** Every reason once. */
export function reasonsOf(rejected: readonly RejectedRow[]): readonly DataSaying[] {
  return [...new Map(rejected.map(({ reason }) => [JSON.stringify(reason), reason])).values()];
}

export interface RejectedWords {
  /** Names of the first two columns. */
  readonly line: string;
  readonly reason: string;
  /** Those of {@link reasonsOf}, in words and in their order. */
  readonly reasons: readonly string[];
}

export type LeftOut = Pick<MappedRows, "rejected" | "cells">;

/** `columns` are those of the file. */
export function rejectedCsv(columns: readonly string[], { rejected, cells }: LeftOut, words: RejectedWords): string {
  const said = new Map(reasonsOf(rejected).map((reason, index) => [JSON.stringify(reason), words.reasons[index] ?? ""]));
  return writeCsv(
    [words.line, words.reason, ...columns],
    rejected.map((row) => [
      String(row.line),
      said.get(JSON.stringify(row.reason)) ?? "",
      ...columns.map((column) => cells.get(row)?.[column] ?? ""),
    ]),
  );
}
