/** Lines of a table that are not used, as a table of their own: where they stand, why, and what is in them where that could be read. Pure. */
import type { DataSaying } from "@duet/lora-core/data/dataSentences";
import type { RejectedRow } from "@duet/lora-core/data/rejectedRow";
import type { Table } from "@duet/lora-core/data/table";
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

export function rejectedCsv({ columns, rows }: Table, rejected: readonly RejectedRow[], words: RejectedWords): string {
  const said = new Map(reasonsOf(rejected).map((reason, index) => [JSON.stringify(reason), words.reasons[index] ?? ""]));
  const wanted = new Set(rejected.map(({ line }) => line));
  const read = new Map(rows.flatMap(({ line, values }) => (wanted.has(line) ? [[line, values] as const] : [])));
  return writeCsv(
    [words.line, words.reason, ...columns],
    rejected.map(({ line, reason }) => [
      String(line),
      said.get(JSON.stringify(reason)) ?? "",
      ...columns.map((column) => read.get(line)?.[column] ?? ""),
    ]),
  );
}
