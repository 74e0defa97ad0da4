/** A row that cannot be used, and why, in words for its owner. */
export interface RejectedRow {
  readonly line: number;
  readonly reason: string;
}

/** Rows refused for one reason. */
export interface RejectedGroup {
  readonly reason: string;
  readonly count: number;
  /** The first of them. */
  readonly lines: readonly number[];
}

const LINES = 5;

/** Rejected rows by reason, the most frequent first. */
export function groupRejected(rejected: readonly RejectedRow[]): readonly RejectedGroup[] {
  const groups = new Map<string, { reason: string; count: number; lines: number[] }>();
  for (const { line, reason } of rejected) {
    const group = groups.get(reason) ?? { reason, count: 0, lines: [] };
    group.count++;
    if (group.lines.length < LINES) group.lines.push(line);
    groups.set(reason, group);
  }
  return [...groups.values()].sort((a, b) => b.count - a.count);
}
