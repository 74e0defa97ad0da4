/** How well a score tells two groups apart: area under the ROC curve, its interval, and what is found at few false alarms. Pure. */

export interface Recognition {
  /** Chance that a member scores above a stranger, a tie counting half. */
  readonly auc: number;
  /** 95 % confidence interval (DeLong et al. 1988), within 0 and 1; null where a group has fewer than two. */
  readonly interval: readonly [number, number] | null;
}

const NORMAL = 1.959963984540054;

/** Higher scores should be the members'. @throws {RangeError} without scores, or of one that is not finite. */
export function recognitionOf(members: readonly number[], strangers: readonly number[]): Recognition {
  if (members.length === 0 || strangers.length === 0) throw new RangeError("Both groups need at least one score");
  if (![...members, ...strangers].every(Number.isFinite)) throw new RangeError("A score is not finite");
  const below = placements(members, strangers);
  const above = placements(strangers, members).map((share) => 1 - share);
  const auc = meanOf(below);
  const error = Math.sqrt(varianceOf(below) / members.length + varianceOf(above) / strangers.length);
  const interval = [Math.max(0, auc - NORMAL * error), Math.min(1, auc + NORMAL * error)] as const;
  return { auc, interval: members.length > 1 && strangers.length > 1 ? interval : null };
}

/** Of the members those found by a threshold that at most this share of the strangers reaches. */
export function foundAt(falseAlarms: number, members: readonly number[], strangers: readonly number[]): number {
  const allowed = Math.floor(falseAlarms * strangers.length);
  const threshold = strangers.toSorted((a, b) => b - a)[allowed] ?? Number.NEGATIVE_INFINITY;
  return members.filter((score) => score > threshold).length / members.length;
}

/** For each score the share of the others below it, ties counting half. */
function placements(scores: readonly number[], others: readonly number[]): number[] {
  const sorted = Float64Array.from(others).sort();
  return scores.map((score) => (countBelow(sorted, score, false) + countBelow(sorted, score, true)) / 2 / sorted.length);
}

/** How many are below the score, or not above it. */
function countBelow(sorted: Float64Array, score: number, orEqual: boolean): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const value = sorted[middle] ?? 0;
    if (value < score || (orEqual && value === score)) low = middle + 1;
    else high = middle;
  }
  return low;
}

const meanOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Of a sample: n - 1 below. */
function varianceOf(values: readonly number[]): number {
  const mean = meanOf(values);
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
}
