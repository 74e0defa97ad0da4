/**
 * Means that a few bad updates cannot move far. All take every update at once: what they do to one depends on all others.
 *
 *   median        of every coordinate                                                     Yin et al. 2018, arXiv 1803.01498, Def. 1
 *   trimmedMean   of every coordinate, without its f smallest and its f largest values    the same, Def. 2
 *   multiKrum     mean of the n - f updates with the lowest score: the sum of the squared distances to their nearest
 *                 n - f - 1 others                                                        Blanchard et al. 2017, arXiv 1703.02757
 *   centeredClip  v <- v + sum_k p_k (x_k - v) min(1, tau / |x_k - v|), a few times       Karimireddy et al. 2021, arXiv 2012.10333
 *
 * All but centeredClip count every client once, as in their papers: rows are what clients say they have.
 * Differs from paper: centeredClip weighs clients as the method does. multiKrum takes as many others as an honest client has
 * honest ones, like ByzFL (the paper: one fewer), since updates of LoRA factors have little in common and every distance tells something.
 * centeredClip keeps nothing between rounds: it starts from the coordinates' median (the paper: from the last round's result), and tau
 * is the median distance to v.
 */
import { distanceBetween, linearCombination } from "../tensors/arithmetic.ts";
import type { HostTensor, NamedTensors } from "../tensors/namedTensors.ts";
import { median } from "./median.ts";
import type { RobustRule } from "./robustnessConfig.ts";

/** A few are enough, since the first v is near the middle already. */
const CLIP_ITERATIONS = 5;

/**
 * In place of sum_k weights[k] * updates[k], where updates are what clients moved; weights sum to 1. The order of updates does not
 * matter beyond rounding.
 * @throws {RangeError} no update, unequal layouts, or a value that is not finite.
 */
export function robustMean(rule: RobustRule, updates: readonly NamedTensors[], weights: readonly number[]): NamedTensors {
  switch (rule.kind) {
    case "median":
      return byCoordinate(updates, median);
    case "trimmedMean":
      return byCoordinate(updates, trimmed(suspectsAmong(updates.length, rule.suspects, 1)));
    case "multiKrum":
      return multiKrum(updates, suspectsAmong(updates.length, rule.suspects, 3));
    case "centeredClip":
      return centeredClip(updates, weights);
    default:
      return rule satisfies never;
  }
}

/**
 * f, the clients taken to be bad: at least one where 2 f + `spare` clients are there, and never more. So three are needed for a
 * trimmed mean and five for multi-Krum; fewer are averaged.
 */
export function suspectsAmong(clients: number, share: number, spare: number): number {
  return Math.max(0, Math.min(Math.max(1, Math.floor(share * clients)), Math.floor((clients - spare) / 2)));
}

/** Everyone once. @throws {RangeError} where updates cannot be combined. */
function plainMean(updates: readonly NamedTensors[]): NamedTensors {
  return linearCombination(
    updates.map(() => 1 / updates.length),
    updates,
  );
}

/** `centre` of the values that all updates have in a place; it may reorder them. */
function byCoordinate(updates: readonly NamedTensors[], centre: (values: Float64Array) => number): NamedTensors {
  const [first] = updates;
  plainMean(updates);
  const values = new Float64Array(updates.length);
  return new Map(
    [...(first ?? [])].map(([key, { shape, data }]): [string, HostTensor] => {
      const columns = updates.map((update) => update.get(key)?.data ?? data);
      const centres = Float32Array.from(data, (_, i) => {
        for (let k = 0; k < columns.length; k++) values[k] = columns[k]?.[i] ?? 0;
        return centre(values);
      });
      return [key, { shape, data: centres }];
    }),
  );
}

/** Mean without the `f` smallest and the `f` largest. */
function trimmed(f: number): (values: Float64Array) => number {
  return (values) => {
    values.sort();
    let sum = 0;
    for (let k = f; k < values.length - f; k++) sum += values[k] ?? 0;
    return sum / (values.length - 2 * f);
  };
}

/** Places of the `count` lowest scores. */
function best(scores: readonly number[], count: number): ReadonlySet<number> {
  const order = scores.map((score, k) => ({ score, k })).sort((a, b) => a.score - b.score);
  return new Set(order.slice(0, count).map(({ k }) => k));
}

/** Of every update, the sum of the squared distances to its nearest n - f - 1 others. */
function krumScores(updates: readonly NamedTensors[], f: number): readonly number[] {
  const squared = updates.map((x) => updates.map((y) => distanceBetween(x, y) ** 2));
  return squared.map((row, i) =>
    row
      .toSpliced(i, 1)
      .sort((a, b) => a - b)
      .slice(0, updates.length - f - 1)
      .reduce((sum, distance) => sum + distance, 0),
  );
}

function multiKrum(updates: readonly NamedTensors[], f: number): NamedTensors {
  plainMean(updates);
  const chosen = best(krumScores(updates, f), updates.length - f);
  return plainMean(updates.filter((_, k) => chosen.has(k)));
}

function centeredClip(updates: readonly NamedTensors[], weights: readonly number[]): NamedTensors {
  let centre = byCoordinate(updates, median);
  for (let iteration = 0; iteration < CLIP_ITERATIONS; iteration++) {
    const distances = updates.map((update) => distanceBetween(update, centre));
    const radius = median(Float64Array.from(distances));
    const factors = distances.map((distance, k) => (weights[k] ?? 0) * (distance > radius ? radius / distance : 1));
    const rest = 1 - factors.reduce((sum, factor) => sum + factor, 0);
    centre = linearCombination([rest, ...factors], [centre, ...updates]);
  }
  return centre;
}
