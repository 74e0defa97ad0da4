/** Rows gathered by near-duplicate group: the unit in which splits and partitions move rows. */
import { countGroups, nearDuplicateGroups, type OnShare } from "./nearDuplicates.ts";
import type { Row } from "./row.ts";

export interface RowGroup {
  readonly rows: readonly Row[];
  /** Rows per answer. */
  readonly answers: ReadonlyMap<string, number>;
}

/** Groups in order of their first row; rows in their order within. */
export function groupRows(rows: readonly Row[], onShare?: OnShare): readonly RowGroup[] {
  const groups = nearDuplicateGroups(
    rows.map(({ input }) => input),
    onShare,
  );
  const gathered = Array.from({ length: countGroups(groups) }, (): Row[] => []);
  for (const [index, row] of rows.entries()) gathered[groups[index] ?? -1]?.push(row);
  return gathered.map((members) => ({ rows: members, answers: countAnswers(members) }));
}

/** Rows per answer, in order of first appearance. */
export function countAnswers(rows: readonly Row[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { answer } of rows) counts.set(answer, (counts.get(answer) ?? 0) + 1);
  return counts;
}
