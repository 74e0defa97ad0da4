/**
 * AdaFusion: the weights (w1, w2) of the personal and the shared adapter, found without gradients on a client's own few examples.
 *
 *   A = w1 A_p + w2 A_s,  B = w1 B_p + w2 B_s   (factor by factor, as LoraHub, arXiv 2307.13269)
 *   minimise  loss(w1, w2; Q) + lambda (|w1| + |w2|) / 2          or another objective than the loss: fusionObjective.ts
 *
 * Source: Qi et al. 2024, arXiv 2406.07925, stage 3.
 * Differs from paper: the search starts from four anchors (personal, shared, half of each, neither) instead of (0, 0), goes on with
 * Nelder-Mead from the best of them, and never returns a point whose loss is above the best anchor's. A handful of evaluations
 * from the origin is close to luck. The loss is a mean over scored units, so lambda does not depend on how rows are batched.
 * Differs from paper: with `confidence`, half of each is taken unless another point is better by more than chance would explain on so
 * few examples. Otherwise the search fits them: it picks the better of two adapters that are as good as each other, or the scale of
 * the update that suits these rows.
 */

import { scaled, stackRanks } from "../adapters/adapterSum.ts";
import { workError } from "../errors/workError.ts";
import { linearCombination } from "../tensors/arithmetic.ts";
import type { NamedTensors } from "../tensors/namedTensors.ts";
import type { FusionConfig } from "./fusionConfig.ts";
import type { ExampleLoss } from "./fusionObjective.ts";
import { nelderMead, type Point } from "./nelderMead.ts";

export interface FusionWeights {
  /** w1 */
  readonly personal: number;
  /** w2 */
  readonly shared: number;
}

export interface FusionResult {
  readonly weights: FusionWeights;
  /** Mean loss at the weights, nats, without the penalty. */
  readonly loss: number;
  /** The losses it is the mean of, in the order of the fusion examples. */
  readonly examples: readonly ExampleLoss[];
  readonly evaluations: number;
}

interface Candidate {
  readonly at: Point;
  readonly examples: readonly ExampleLoss[];
  readonly loss: number;
  readonly objective: number;
}

const EQUAL: Point = [0.5, 0.5];
const ANCHORS: readonly Point[] = [[1, 0], [0, 1], EQUAL, [0, 0]];
/** Edge of the first simplex, and the size at which a search is over. */
const FIRST_STEP = 0.25;
const TOLERANCE = 0.01;

/**
 * Searches the weights. `lossesAt` gives the fused adapter's loss on every fusion example, in a fixed order; it is called at most
 * `maxEvaluations` times, one at a time. A loss that is not finite counts as infinitely bad.
 * @throws {RangeError} when even the anchors have no finite loss.
 */
export async function adaFusion(
  lossesAt: (weights: FusionWeights) => Promise<readonly ExampleLoss[]>,
  { maxEvaluations, l1, confidence, bound }: FusionConfig,
): Promise<FusionResult> {
  const candidates: Candidate[] = [];
  const evaluate = async (at: Point): Promise<number | null> => {
    if (candidates.length >= maxEvaluations) return null;
    if (Math.max(Math.abs(at[0]), Math.abs(at[1])) > bound) return Number.POSITIVE_INFINITY;
    const examples = await lossesAt({ personal: at[0], shared: at[1] });
    const loss = meanLoss(examples);
    const objective = loss + (l1 * (Math.abs(at[0]) + Math.abs(at[1]))) / 2;
    candidates.push({ at, examples, loss, objective });
    return objective;
  };

  for (const anchor of ANCHORS) await evaluate(anchor);
  const start = lowest(candidates, ({ objective }) => objective);
  const bestAnchor = lowest(candidates, ({ loss }) => loss);
  if (bestAnchor.loss === Number.POSITIVE_INFINITY) throw workError("LOSS_NOT_FINITE", ["fusionNotFinite"]);

  await nelderMead(firstSimplex(start), evaluate, TOLERANCE);

  const found = lowest(
    candidates.filter(({ loss }) => loss <= bestAnchor.loss),
    ({ objective }) => objective,
  );
  const equal = candidates.find(({ at, loss }) => at === EQUAL && Number.isFinite(loss)) ?? found;
  const chosen = isBetter(found.examples, equal.examples, confidence) ? found : equal;
  const { at, loss, examples } = chosen;
  return { weights: { personal: at[0], shared: at[1] }, loss, examples, evaluations: candidates.length };
}

/** The adapter whose update is w1 B_p A_p + w2 B_s A_s: both, stacked along the rank. Zero weights take no rank. */
export function sumOf(personal: NamedTensors, shared: NamedTensors, weights: FusionWeights): NamedTensors {
  if (weights.shared === 0) return scaled(personal, weights.personal);
  if (weights.personal === 0) return scaled(shared, weights.shared);
  return stackRanks([scaled(personal, weights.personal), scaled(shared, weights.shared)]);
}

/** The fused adapter w1 * personal + w2 * shared, factor by factor; a rank-R adapter like its parts. */
export function fuse(personal: NamedTensors, shared: NamedTensors, weights: FusionWeights): NamedTensors {
  return linearCombination([weights.personal, weights.shared], [personal, shared]);
}

/** Mean over scored units, nats; a mean that is not finite is infinitely bad. */
export function meanLoss(examples: readonly ExampleLoss[]): number {
  const units = examples.reduce((sum, example) => sum + example.units, 0);
  const loss = examples.reduce((sum, example) => sum + example.lossSum, 0) / units;
  return Number.isFinite(loss) ? loss : Number.POSITIVE_INFINITY;
}

/** Whether the paired improvement exceeds `confidence` standard errors. With confidence 0 any candidate that was found is. */
export function isBetter(candidate: readonly ExampleLoss[], other: readonly ExampleLoss[], confidence: number): boolean {
  if (confidence === 0) return true;
  const gains = other.map(({ lossSum }, i) => lossSum - (candidate[i]?.lossSum ?? Number.POSITIVE_INFINITY));
  const mean = gains.reduce((sum, gain) => sum + gain, 0) / gains.length;
  const variance = gains.reduce((sum, gain) => sum + (gain - mean) ** 2, 0) / Math.max(1, gains.length - 1);
  return mean > confidence * Math.sqrt(variance / gains.length);
}

/** The start and two neighbours: one with both weights larger, one trading the larger weight for the smaller. */
function firstSimplex({ at, objective }: Candidate): [{ at: Point; value: number }, Point, Point] {
  const [x, y] = at;
  const edge = FIRST_STEP / Math.SQRT2;
  const trade = x > y ? edge : -edge;
  return [{ at, value: objective }, [x + edge, y + edge], [x - trade, y + trade]];
}

function lowest(candidates: readonly Candidate[], key: (candidate: Candidate) => number): Candidate {
  return candidates.reduce((best, candidate) => (key(candidate) < key(best) ? candidate : best));
}
