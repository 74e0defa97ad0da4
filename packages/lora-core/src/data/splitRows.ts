/**
 * Train / fusion / test split: stratified by answer, seeded, whole near-duplicate groups on one side.
 * Groups are placed one by one, large ones first, each where it brings the rows per answer (and in all) closest to
 * their targets; among groups of one size the order is random. With few or large groups the shares are only approximate.
 */

import { random, shuffled } from "../tensors/random.ts";
import { dataError } from "./dataError.ts";
import type { OnShare } from "./nearDuplicates.ts";
import type { DataSplit, Row } from "./row.ts";
import { countAnswers, groupRows, type RowGroup } from "./rowGroups.ts";

export interface SplitOptions {
  readonly seed: number;
  /** Shares of the rows; they are scaled to sum to 1. */
  readonly train?: number;
  readonly fusion?: number;
  readonly test?: number;
  /** Of finding near-duplicates, which takes nearly all of the time. */
  readonly onShare?: OnShare;
}

const PARTS = ["train", "fusion", "test"] as const;

interface Part {
  readonly share: number;
  readonly groups: RowGroup[];
  /** Rows per answer; without a row, without an entry. */
  readonly answers: Map<string, number>;
  size: number;
}

/**
 * Every row lands in exactly one part, in the order of `rows`; no part is empty.
 * @throws {RangeError} a share that is not positive. @throws {DuetError} ROWS: fewer than three groups.
 */
export function splitRows(rows: readonly Row[], options: SplitOptions): DataSplit {
  const { seed, train = 0.6, fusion = 0.1, test = 0.3, onShare } = options;
  const shares = [train, fusion, test];
  const sum = train + fusion + test;
  if (!shares.every((share) => share > 0 && Number.isFinite(share))) {
    throw new RangeError(`splitRows: the shares must be positive, got ${shares.join(", ")}`);
  }
  const groups = groupRows(rows, onShare);
  if (groups.length < PARTS.length) {
    throw dataError("ROWS", ["fewGroups", rows.length, groups.length]);
  }
  const parts = shares.map((share): Part => ({ share: share / sum, groups: [], answers: new Map(), size: 0 }));
  const totals = countAnswers(rows);
  place(shuffled(groups, random(seed, "splitRows")), parts, totals);
  coverAnswers(parts, totals);
  fillEmpty(parts);
  return inOrder(rows, parts);
}

function place(groups: readonly RowGroup[], parts: readonly Part[], totals: ReadonlyMap<string, number>): void {
  const size = groups.reduce((sum, group) => sum + group.rows.length, 0);
  // The whole weighs more with many answers: none of them alone could ever give a tenth of three rows.
  const wholeWeight = Math.sqrt(totals.size) / size;
  for (const group of groups.toSorted((a, b) => b.rows.length - a.rows.length)) {
    const costs = parts.map((part) => {
      let cost = addedError(part.size, part.share * size, group.rows.length) * wholeWeight;
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
  count(group, part, 1);
}

function take(group: RowGroup, part: Part): void {
  part.groups.splice(part.groups.indexOf(group), 1);
  count(group, part, -1);
}

function count({ rows, answers }: RowGroup, part: Part, sign: 1 | -1): void {
  part.size += sign * rows.length;
  for (const [answer, added] of answers) {
    const held = (part.answers.get(answer) ?? 0) + sign * added;
    if (held > 0) part.answers.set(answer, held);
    else part.answers.delete(answer);
  }
}

/**
 * Large groups can leave a part without an answer that it should hold a row of: it gets the smallest group with that
 * answer from a part that keeps another one.
 */
function coverAnswers(parts: readonly Part[], totals: ReadonlyMap<string, number>): void {
  for (const [answer, total] of totals) {
    for (const part of parts) {
      if (part.share * total < 1 || part.answers.has(answer)) continue;
      const spare = (donor: Part) => donor.groups.filter((group) => group.answers.has(answer) && canSpare(donor, group));
      moveSmallest(
        parts.flatMap((donor) => spare(donor).map((group) => ({ donor, group }))),
        part,
      );
    }
  }
}

/** Whether each of the group's answers is in another group of the part too. */
function canSpare(part: Part, group: RowGroup): boolean {
  const others = part.groups.filter((other) => other !== group);
  return [...group.answers.keys()].every((answer) => others.some((other) => other.answers.has(answer)));
}

/** Gives every empty part the smallest group of the parts that have more than one. */
function fillEmpty(parts: readonly Part[]): void {
  for (const part of parts) {
    if (part.groups.length > 0) continue;
    const donors = parts.filter(({ groups }) => groups.length > 1);
    moveSmallest(
      donors.flatMap((donor) => donor.groups.map((group) => ({ donor, group }))),
      part,
    );
  }
}

function moveSmallest(candidates: readonly { readonly donor: Part; readonly group: RowGroup }[], to: Part): void {
  const [smallest] = candidates.toSorted((a, b) => a.group.rows.length - b.group.rows.length);
  if (!smallest) return;
  take(smallest.group, smallest.donor);
  put(smallest.group, to);
}

function inOrder(rows: readonly Row[], parts: readonly Part[]): DataSplit {
  const [train, fusion, test] = parts.map((part) => {
    const members = new Set(part.groups.flatMap((group) => group.rows));
    return rows.filter((row) => members.has(row));
  });
  return { train: train ?? [], fusion: fusion ?? [], test: test ?? [] };
}
