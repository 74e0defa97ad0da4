/**
 * Deals one data set out to clients with unlike label mixes: for every answer c the shares over the N clients are drawn
 * from Dir(alpha · 1_N) (Yurochkin et al. 2019, arXiv:1905.12022; Hsu et al. 2019, arXiv:1909.06335), with the usual
 * balancing rule (as in PFLlib): a client that already holds n/N rows gets no share of further answers.
 * Differs from paper: whole near-duplicate groups are dealt out, so that no text has a twin at another client; a group
 * belongs to its most frequent answer, and the shares are met only as closely as the groups' sizes allow.
 */
import { gamma, type Random, random, shuffled } from "../tensors/random.ts";
import type { Row } from "./row.ts";
import { groupRows, type RowGroup } from "./rowGroups.ts";

export interface PartitionOptions {
  readonly clients: number;
  /** Concentration: small = each answer at few clients, large = alike clients; Infinity = equal shares. */
  readonly alpha: number;
  readonly seed: number;
  /** Fewest rows of a client. */
  readonly minRows: number;
}

const MAX_TRIES = 200;
/** Near-duplicate groups a client should hold, so that its fusion part is not one group by chance. */
const WANTED_GROUPS = 10;
/** Fewest groups of a client: one each for train, fusion and test. */
const MIN_GROUPS = 3;

/**
 * One list of rows per client, in the order of `rows`; every row is at exactly one client.
 * @throws {RangeError} on bad options, or when no draw gave every client `minRows` rows and enough groups.
 */
export function dirichletPartition(rows: readonly Row[], options: PartitionOptions): readonly (readonly Row[])[] {
  const { clients, alpha, seed, minRows } = options;
  if (!Number.isInteger(clients) || clients < 1) throw new RangeError(`clients must be 1 or more, got ${clients}`);
  if (!(alpha > 0)) throw new RangeError(`alpha must be positive, got ${alpha}`);
  const groups = groupRows(rows);
  const uniform = random(seed, "dirichletPartition");
  const byAnswer = groupsByAnswer(groups);
  const minGroups = Math.max(MIN_GROUPS, Math.min(WANTED_GROUPS, Math.floor(groups.length / (2 * clients))));
  for (let attempt = 0; attempt < MAX_TRIES; attempt++) {
    const dealt = deal(byAnswer, { clients, alpha, capacity: rows.length / clients }, uniform);
    if (dealt.every((held) => held.length >= minGroups && countRows(held) >= minRows)) {
      return dealt.map((held) => {
        const members = new Set(held.flatMap((group) => group.rows));
        return rows.filter((row) => members.has(row));
      });
    }
  }
  throw new RangeError(
    `${rows.length} rows in ${groups.length} groups of near-duplicates cannot be dealt out to ${clients} clients with ` +
      `at least ${minRows} rows each at alpha ${alpha}. Use fewer clients, a larger alpha, or more rows.`,
  );
}

interface DealOptions {
  readonly clients: number;
  readonly alpha: number;
  /** Rows from which on a client gets no share of further answers: n/N. */
  readonly capacity: number;
}

/** One draw: groups per client. */
function deal(byAnswer: readonly (readonly RowGroup[])[], options: DealOptions, uniform: Random): RowGroup[][] {
  const dealt = Array.from({ length: options.clients }, (): RowGroup[] => []);
  const held = new Array<number>(options.clients).fill(0);
  for (const groups of byAnswer) {
    const shares = drawShares(
      held.map((rows) => rows < options.capacity),
      options.alpha,
      uniform,
    );
    const total = countRows(groups);
    let before = 0;
    for (const group of shuffled(groups, uniform)) {
      // A group goes to the client in whose stretch of the cumulated shares its middle lies.
      const middle = (before + group.rows.length / 2) / total;
      before += group.rows.length;
      const client = clientAt(shares, middle);
      dealt[client]?.push(group);
      held[client] = (held[client] ?? 0) + group.rows.length;
    }
  }
  return dealt;
}

/** A draw from Dir(alpha) over the open clients, 0 for the others; over all when none is open. */
function drawShares(open: readonly boolean[], alpha: number, uniform: Random): number[] {
  const anyOpen = open.includes(true);
  const may = open.map((isOpen) => isOpen || !anyOpen);
  const draws = may.map((isOpen) => (isOpen ? draw(alpha, uniform) : 0));
  const sum = draws.reduce((a, b) => a + b, 0);
  // A tiny alpha can underflow to zero everywhere: Dir(0) is all of it at one client.
  if (sum === 0) return may.map((_, client) => (client === may.indexOf(true) ? 1 : 0));
  return draws.map((value) => value / sum);
}

function draw(alpha: number, uniform: Random): number {
  return alpha === Number.POSITIVE_INFINITY ? 1 : gamma(uniform, alpha);
}

function clientAt(shares: readonly number[], position: number): number {
  let sum = 0;
  for (const [client, share] of shares.entries()) {
    sum += share;
    if (share > 0 && position < sum) return client;
  }
  return shares.findLastIndex((share) => share > 0);
}

function countRows(groups: readonly RowGroup[]): number {
  return groups.reduce((sum, group) => sum + group.rows.length, 0);
}

/** Groups by their most frequent answer (the first of equals), answers in a fixed order. */
function groupsByAnswer(groups: readonly RowGroup[]): readonly (readonly RowGroup[])[] {
  const byAnswer = new Map<string, RowGroup[]>();
  for (const group of groups) {
    const [answer] = [...group.answers].reduce((a, b) => (b[1] > a[1] ? b : a), ["", 0]);
    const held = byAnswer.get(answer) ?? [];
    held.push(group);
    byAnswer.set(answer, held);
  }
  return [...byAnswer].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, held]) => held);
}
