/** What is counted of a client's training rows: numbers that add up over clients, so that a sum tells of all and a client finds the rest in it. Pure. */

export interface RowStatistics {
  readonly rows: number;
  /** Rows of each label of the task, in its order; empty where answers are texts. */
  readonly labels: readonly number[];
  /** Rows whose tokens are as many as each bin holds, see {@link LENGTH_BINS}. */
  readonly lengths: readonly number[];
  /** Labels with a row. Of several clients: pairs of a client and a label. */
  readonly present: number;
  /** Rows times the entropy of their labels, nats: what tells an even mix at every client from one label at each. */
  readonly labelNats: number;
}

/** The most tokens of a row in each bin but the last, which has all longer ones. */
export const LENGTH_BINS = [4, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256, 512, 1024] as const;

/** One row as it is read: the index of its label, -1 where its answer is a text, and its tokens. */
export interface CountedRow {
  readonly label: number;
  readonly tokens: number;
}

/** Of one client's rows, where the task has so many labels; 0 for texts. */
export function statisticsOf(rows: readonly CountedRow[], labels: number): RowStatistics {
  const counts = new Array<number>(labels).fill(0);
  const lengths = new Array<number>(LENGTH_BINS.length + 1).fill(0);
  for (const { label, tokens } of rows) {
    if (label >= 0) counts[label] = (counts[label] ?? 0) + 1;
    const bin = binOf(tokens);
    lengths[bin] = (lengths[bin] ?? 0) + 1;
  }
  const labelled = total(counts);
  return { rows: rows.length, labels: counts, lengths, present: presentIn(counts), labelNats: labelled * entropyOf(counts) };
}

/** What is left of a sum without one of its parts; what would be below zero, because a sum is capped, is zero. */
export function withoutPart(sum: RowStatistics, part: RowStatistics): RowStatistics {
  const less = (all: readonly number[], own: readonly number[]) => all.map((count, at) => Math.max(0, count - (own[at] ?? 0)));
  return {
    rows: Math.max(0, sum.rows - part.rows),
    labels: less(sum.labels, part.labels),
    lengths: less(sum.lengths, part.lengths),
    present: Math.max(0, sum.present - part.present),
    labelNats: Math.max(0, sum.labelNats - part.labelNats),
  };
}

/** Nats, of the distribution that these counts are; 0 of none. */
export function entropyOf(counts: readonly number[]): number {
  const all = total(counts);
  return counts.reduce((sum, count) => (count > 0 ? sum - (count / all) * Math.log(count / all) : sum), 0);
}

/**
 * Distance of Jensen and Shannon (Endres and Schindelin 2003) between two distributions, given as counts: the root of their divergence in bits,
 * 0 where they are the same and 1 where they have nothing in common. Null where one of them has no counts.
 */
export function distanceOf(a: readonly number[], b: readonly number[]): number | null {
  const [left, right] = [total(a), total(b)];
  if (left === 0 || right === 0) return null;
  const shares = a.map((count, at) => [count / left, (b[at] ?? 0) / right] as const);
  const middle = entropyOf(shares.map(([p, q]) => (p + q) / 2));
  const bits = (middle - (entropyOf(a) + entropyOf(b)) / 2) / Math.LN2;
  return Math.sqrt(Math.min(1, Math.max(0, bits)));
}

/**
 * The distance that two samples of one mix have by chance: the root of the divergence that is expected of so many rows, (k - 1) / 8 ln 2 (1 / n + 1 / m) bits
 * with k kinds that have rows, to first order. Null as {@link distanceOf}.
 */
export function chanceDistance(a: readonly number[], b: readonly number[]): number | null {
  const [left, right] = [total(a), total(b)];
  if (left === 0 || right === 0) return null;
  const kinds = presentIn(a.map((count, at) => count + (b[at] ?? 0)));
  return Math.sqrt(Math.min(1, ((kinds - 1) / (8 * Math.LN2)) * (1 / left + 1 / right)));
}

/**
 * How unlike the clients of a sum are in their labels: the share of what there is to know of a row's label that is known once its client is, I(client;
 * label) / H(label), from 0, the same mix at all, to 1, no label at two clients. Corrected for chance after Miller (1955), since few rows of many
 * labels look unlike by themselves: with a row of each label and client 0.05 (150 labels) to 0.15 (5) is left of it, with two a third of that (drawn from
 * one mix, 100 times). Null with fewer, where there are no labels, or one alone.
 */
export function unlikenessOf({ labels, present, labelNats }: RowStatistics, clients: number): number | null {
  const rows = total(labels);
  const entropy = entropyOf(labels);
  if (rows < clients * labels.length || entropy === 0) return null;
  // Nats of mutual information that so few rows have where there is none to be had.
  const chance = Math.max(0, present - clients - (presentIn(labels) - 1)) / (2 * rows);
  return Math.min(1, Math.max(0, (entropy - labelNats / rows - chance) / entropy));
}

/** The length that a share of the rows does not exceed, tokens, between the edges of its bin; null of no rows, and of the last bin its lower edge. */
export function lengthAt(share: number, lengths: readonly number[]): number | null {
  const wanted = share * total(lengths);
  if (!(wanted > 0)) return null;
  let before = 0;
  for (const [bin, count] of lengths.entries()) {
    const low = LENGTH_BINS[bin - 1] ?? 0;
    const high = LENGTH_BINS[bin] ?? low;
    if (before + count >= wanted) return low + ((high - low) * (wanted - before)) / count;
    before += count;
  }
  return null;
}

function binOf(tokens: number): number {
  const bin = LENGTH_BINS.findIndex((most) => tokens <= most);
  return bin < 0 ? LENGTH_BINS.length : bin;
}

const total = (counts: readonly number[]): number => counts.reduce((sum, count) => sum + count, 0);

const presentIn = (counts: readonly number[]): number => counts.filter((count) => count > 0).length;
