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
  /** What counted of each client. */
  readonly counted: readonly Contribution[];
  readonly standings: readonly ClientStanding[];
}

/** @throws {RangeError} as {@link Method.aggregate}. */
export function aggregateRound(given: RoundToAggregate): AggregatedState {
  const { method, round, before } = given;
  const guarded = guard(given);
  const standings = guarded ? standingsOf(guarded, guarded.round) : [];
  const counted = guarded?.counted ?? given.contributions;
  return { after: method.aggregate(before, ruled(counted, given), round), counted, standings };
}

/** What counts of each client: the very same contributions where nothing was bounded. */
export function countedContributions(given: RoundToAggregate): readonly Contribution[] {
  return guard(given)?.counted ?? given.contributions;
}

/** Null in a round that sends nothing. */
function guard({ robustness, plan, rank, before, contributions }: RoundToAggregate) {
  if (!plan.upload) return null;
  const round: GuardedRound = { upload: plan.upload, rank, before };
  const measures = contributions.map((contribution) => measured(contribution, round));
  const bounds = robustness.kind === "none" ? noBounds(measures) : boundsOf(measures);
  const counted = contributions.map((contribution, k) => bounded(contribution, bounds[k] as Bounds, round));
  return { round, measures, bounds, counted };
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
