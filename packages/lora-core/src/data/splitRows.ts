/**
 * Train / fusion / test split: stratified by answer, seeded, whole near-duplicate groups on one side.
 * Groups are placed one by one, large ones first, each where it brings the rows per answer (and in all) closest to
 * their targets; among groups of one size the order is random. With few or large groups the shares are only approximate.
 */
import { random, shuffled } from "../tensors/random.ts";
import { countAnswers, groupRows, type RowGroup } from "./rowGroups.ts";
import type { DataSplit, Row } from "./task.ts";

export interface SplitOptions {
  readonly seed: number;
  /** Shares of the rows; they are scaled to sum to 1. */
  readonly train?: number;
  readonly fusion?: number;
  readonly test?: number;
}

const PARTS = ["train", "fusion", "test"] as const;

interface Part {
  readonly share: number;
  readonly groups: RowGroup[];
  readonly answers: Map<string, number>;
  size: number;
}

/**
 * Every row lands in exactly one part, in the order of `rows`; no part is empty.
 * @throws {RangeError} a share that is not positive, or fewer than three groups.
 */
export function splitRows(rows: readonly Row[], options: SplitOptions): DataSplit {
  const { seed, train = 0.6, fusion = 0.1, test = 0.3 } = options;
  const shares = [train, fusion, test];
  const sum = train + fusion + test;
  if (!shares.every((share) => share > 0 && Number.isFinite(share))) {
    throw new RangeError(`splitRows: the shares must be positive, got ${shares.join(", ")}`);
  }
  const groups = groupRows(rows);
  if (groups.length < PARTS.length) {
    throw new RangeError(
      `These ${rows.length} rows make only ${groups.length} groups of near-duplicate texts; ` +
        "training, fusion and test rows need at least 3 groups. Add rows that differ.",
    );
  }
  const parts = shares.map((share): Part => ({ share: share / sum, groups: [], answers: new Map(), size: 0 }));
  place(shuffled(groups, random(seed, "splitRows")), parts, countAnswers(rows));
  fillEmpty(parts);
  return inOrder(rows, parts);
}

function place(groups: readonly RowGroup[], parts: readonly Part[], totals: ReadonlyMap<string, number>): void {
  const size = groups.reduce((sum, group) => sum + group.rows.length, 0);
  for (const group of groups.toSorted((a, b) => b.rows.length - a.rows.length)) {
    const costs = parts.map((part) => {
      let cost = addedError(part.size, part.share * size, group.rows.length) / size;
      for (const [answer, count] of group.answers) {
        const total = totals.get(answer) ?? count;
        cost += addedError(part.answers.get(answer) ?? 0, part.share * total, count) / total;
      }
      return cost;
    });
    const cheapest = parts[costs.indexOf(Math.min(...costs))];
    if (cheapest) put(group, cheapest);
  }
}

/** How much the squared distance to `target` grows when `added` comes to `held`. */
function addedError(held: number, target: number, added: number): number {
  return (held + added - target) ** 2 - (held - target) ** 2;
}

function put(group: RowGroup, part: Part): void {
  part.groups.push(group);
  part.size += group.rows.length;
  for (const [answer, count] of group.answers) part.answers.set(answer, (part.answers.get(answer) ?? 0) + count);
}

/** Gives every empty part the smallest group of the part with the most groups. Counts are not needed afterwards. */
function fillEmpty(parts: readonly Part[]): void {
  for (const part of parts) {
    if (part.groups.length > 0) continue;
    const donor = parts.reduce((a, b) => (b.groups.length > a.groups.length ? b : a));
    // Groups were placed large ones first.
    const group = donor.groups.pop();
    if (group) part.groups.push(group);
  }
}

function inOrder(rows: readonly Row[], parts: readonly Part[]): DataSplit {
  const [train, fusion, test] = parts.map((part) => {
    const members = new Set(part.groups.flatMap((group) => group.rows));
    return rows.filter((row) => members.has(row));
  });
  return { train: train ?? [], fusion: fusion ?? [], test: test ?? [] };
}
