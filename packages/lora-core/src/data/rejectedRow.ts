/** A row that cannot be used, and why. */
import { say } from "../sayings/saying.ts";
import { DATA_SENTENCES, type DataSaying } from "./dataSentences.ts";

export interface RejectedRow {
  readonly line: number;
  readonly reason: DataSaying;
}

/** Rows refused for one reason. */
export interface RejectedGroup {
  readonly reason: DataSaying;
  readonly count: number;
  /** The first of them. */
  readonly lines: readonly number[];
}

const LINES = 5;

/** Rejected rows by reason, the most frequent first. */
export function groupRejected(rejected: readonly RejectedRow[]): readonly RejectedGroup[] {
  const groups = new Map<string, { reason: DataSaying; count: number; lines: number[] }>();
  for (const { line, reason } of rejected) {
    const said = say(DATA_SENTENCES, reason);
    const group = groups.get(said) ?? { reason, count: 0, lines: [] };
    group.count++;
    if (group.lines.length < LINES) group.lines.push(line);
    groups.set(said, group);
  }
  return [...groups.values()].sort((a, b) => b.count - a.count);
}
