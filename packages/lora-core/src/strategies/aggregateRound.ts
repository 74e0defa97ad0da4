/** One round at the coordinator: what came in passes the guard, then the federation's rule and its method make the next state of it. */
import { robustMean } from "../robustness/robustMean.ts";
import { type RobustnessConfig, replacesMean } from "../robustness/robustnessConfig.ts";
import { ordered, weightsOf } from "./contributions.ts";
import type { Method } from "./registry.ts";
import type { Contribution, RoundPlan, ServerState } from "./strategy.ts";
import { type Bounds, bounded, boundsOf, type GuardedRound, measured, noBounds, sentFor, updateOf } from "./updateGuard.ts";
import { type ClientStanding, standingsOf } from "./updateStanding.ts";

export interface RoundToAggregate {
  readonly method: Method;
  readonly robustness: RobustnessConfig;
  readonly round: number;
  /** What the contributing clients did. */
  readonly plan: RoundPlan;
  /** R of the federation's adapter. */
  readonly rank: number;
  readonly before: ServerState;
  readonly contributions: readonly Contribution[];
}

export interface AggregatedState {
  readonly after: ServerState;
  /** What the guard did to each contribution, in their order; empty in a round that sends nothing. */
  readonly bounds: readonly Bounds[];
  readonly standings: readonly ClientStanding[];
}

/** @throws {RangeError} as {@link Method.aggregate}. */
export function aggregateRound(given: RoundToAggregate): AggregatedState {
  const { method, robustness, round, plan, rank, before, contributions } = given;
  if (!plan.upload) return { after: method.aggregate(before, contributions, round), bounds: [], standings: [] };
  const guarded: GuardedRound = { upload: plan.upload, rank, before };
  const found = measured(contributions, guarded);
  const bounds = robustness.kind === "none" ? noBounds(found.measures) : boundsOf(found.measures);
  const standings = standingsOf(found, bounds, contributions, guarded);
  const counted = countedContributions(given, bounds);
  return { after: method.aggregate(before, ruled(counted, given), round), bounds, standings };
}

/** What counts of each client: the very same contributions where nothing was bounded. */
export function countedContributions(
  { plan, rank, before, contributions }: RoundToAggregate,
  bounds: readonly Bounds[],
): readonly Contribution[] {
  const { upload } = plan;
  if (!upload) return contributions;
  return contributions.map((contribution, k) => bounded(contribution, bounds[k] as Bounds, { upload, rank, before }));
}

/**
 * What the method sees. A method that only averages sees its clients through their mean alone, so one contribution that holds the
 * robust mean takes the place of all; the others refuse such a rule (see {@link Method.robustnessRefusal}).
 */
function ruled(
  contributions: readonly Contribution[],
  { method, robustness, plan, rank, before }: RoundToAggregate,
): readonly Contribution[] {
  if (!replacesMean(robustness) || contributions.length === 0 || !plan.upload) return contributions;
  const guarded: GuardedRound = { upload: plan.upload, rank, before };
  const inOrder = ordered(contributions);
  const sampleCount = inOrder.reduce((sum, contribution) => sum + contribution.sampleCount, 0);
  const update = robustMean(
    robustness,
    inOrder.map((contribution) => updateOf(contribution, guarded)),
    weightsOf(inOrder, method.weighting),
  );
  return [{ clientId: "robust mean", sampleCount, tensors: sentFor(update, guarded) }];
}
