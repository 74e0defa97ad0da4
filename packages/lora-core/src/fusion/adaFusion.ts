/**
 * AdaFusion: the weights (w1, w2) of the personal and the shared adapter, found without gradients on a client's own few examples.
 *
 *   A = w1 A_p + w2 A_s,  B = w1 B_p + w2 B_s   (factor by factor, as LoraHub, arXiv 2307.13269)
 *   minimise  loss(w1, w2; Q) + lambda (|w1| + |w2|) / 2
 *
 * Source: Qi et al. 2024, arXiv 2406.07925, stage 3.
 * Differs from paper: the search starts from four anchors (personal, shared, half of each, neither) instead of (0, 0), goes on with
 * Nelder-Mead from the best of them, and never returns a point whose loss is above the best anchor's. A handful of evaluations
 * from the origin is close to luck. The loss is a mean over scored units, so lambda does not depend on how rows are batched.
 */
import { linearCombination } from "../tensors/arithmetic.ts";
import type { NamedTensors } from "../tensors/namedTensors.ts";
import type { FusionConfig } from "./fusionConfig.ts";
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
  readonly evaluations: number;
}

interface Candidate {
  readonly at: Point;
  readonly loss: number;
  readonly objective: number;
}

const ANCHORS: readonly Point[] = [
  [1, 0],
  [0, 1],
  [0.5, 0.5],
  [0, 0],
];
/** Edge of the first simplex, and the size at which a search is over. */
const FIRST_STEP = 0.25;
const TOLERANCE = 0.01;

/**
 * Searches the weights. `lossAt` gives the mean loss of the fused adapter on the fusion examples; it is called at most
 * `maxEvaluations` times, one at a time. A loss that is not finite counts as infinitely bad.
 * @throws {RangeError} when even the anchors have no finite loss.
 */
export async function adaFusion(
  lossAt: (weights: FusionWeights) => Promise<number>,
  { maxEvaluations, l1, bound }: FusionConfig,
): Promise<FusionResult> {
  const candidates: Candidate[] = [];
  const evaluate = async (at: Point): Promise<number | null> => {
    if (candidates.length >= maxEvaluations) return null;
    if (Math.max(Math.abs(at[0]), Math.abs(at[1])) > bound) return Number.POSITIVE_INFINITY;
    const measured = await lossAt({ personal: at[0], shared: at[1] });
    const loss = Number.isFinite(measured) ? measured : Number.POSITIVE_INFINITY;
    const objective = loss + (l1 * (Math.abs(at[0]) + Math.abs(at[1]))) / 2;
    candidates.push({ at, loss, objective });
    return objective;
  };

  for (const anchor of ANCHORS) await evaluate(anchor);
  const start = lowest(candidates, ({ objective }) => objective);
  const bestAnchorLoss = lowest(candidates, ({ loss }) => loss).loss;
  if (bestAnchorLoss === Number.POSITIVE_INFINITY) throw new RangeError("Fusion: the loss is not finite at any anchor");

  await nelderMead(firstSimplex(start), evaluate, TOLERANCE);

  const chosen = lowest(
    candidates.filter(({ loss }) => loss <= bestAnchorLoss),
    ({ objective }) => objective,
  );
  return { weights: { personal: chosen.at[0], shared: chosen.at[1] }, loss: chosen.loss, evaluations: candidates.length };
}

/** The fused adapter w1 * personal + w2 * shared, factor by factor; a rank-R adapter like its parts. */
export function fuse(personal: NamedTensors, shared: NamedTensors, weights: FusionWeights): NamedTensors {
  return linearCombination([weights.personal, weights.shared], [personal, shared]);
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
