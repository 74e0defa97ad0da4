/**
 * How far what the coordinator serves is from the mean of what the clients learned:
 *   |sum_k p_k B_k A_k - served|_F / |sum_k p_k B_k A_k|_F, over all adapted modules and for each.
 * Averaging A and B separately is not averaging B A; methods that do it right have 0 here, up to rounding. What an outer optimiser
 * adds counts too: it is served, and it is not the mean. Pure; no [out, in] product is formed, since with stacked factors
 *   |B A|_F^2 = tr((B^T B)(A A^T)).
 */
import { factorAKey, factorBKey } from "../adapters/adapterLayout.ts";
import { partOf, scaled, splitRanks, stackRanks, withPart } from "../adapters/adapterSum.ts";
import type { NamedTensors } from "../tensors/namedTensors.ts";
import { movedBy, ordered, weightsOf } from "./contributions.ts";
import type { Method } from "./registry.ts";
import type { Contribution, RoundPlan, ServerState, Upload } from "./strategy.ts";

/** Ratios, 0 where the served update is the mean. */
export interface AggregationError {
  readonly overall: number;
  /** Per adapted module whose update the coordinator knows, in the base's order. */
  readonly modules: readonly { readonly module: string; readonly error: number }[];
}

/** The error of one update against another, module by module. Adapters may differ in rank. */
export function errorBetween(mean: NamedTensors, served: NamedTensors): AggregationError | null {
  const difference = stackRanks([mean, scaled(served, -1)]);
  const modules = [...mean.keys()].flatMap((key) => (key.endsWith(factorAKey("")) ? [key.slice(0, -factorAKey("").length)] : []));
  const squares = modules.map((module) => ({
    module,
    lost: squaredNorm(difference, module),
    whole: squaredNorm(mean, module),
  }));
  const total = (pick: (square: (typeof squares)[number]) => number) => squares.reduce((sum, square) => sum + pick(square), 0);
  const whole = total((square) => square.whole);
  if (!(whole > 0)) return null;
  return {
    overall: Math.sqrt(total(({ lost }) => lost) / whole),
    modules: squares.map((square) => ({ module: square.module, error: ratio(square.lost, square.whole) })),
  };
}

export interface AggregatedRound {
  readonly method: Method;
  /** What the contributing clients did. */
  readonly plan: RoundPlan;
  /** R of the federation's adapter. */
  readonly rank: number;
  readonly before: ServerState;
  readonly contributions: readonly Contribution[];
  readonly after: ServerState;
}

/**
 * The error of one aggregated round. Null where it is not defined: nothing was learned, or a factor was trained and not sent, so
 * that the coordinator does not know the clients' updates.
 */
export function aggregationError(round: AggregatedRound): AggregationError | null {
  const { method, plan, contributions, after } = round;
  if (!plan.upload || keepsAFactor(plan, plan.upload)) return null;
  const { part } = plan.upload;
  const sentModules = (adapter: NamedTensors) => partOf(adapter, part === "head" || part === "body" ? part : "all");
  const inOrder = ordered(contributions);
  const weights = weightsOf(inOrder, method.weighting);
  const updates = inOrder.map((contribution, k) => scaled(sentModules(updateOf(round, contribution)), weights[k] ?? 0));
  return errorBetween(stackRanks(updates), sentModules(after.shared));
}

/** Only one factor is sent although both were trained. */
function keepsAFactor({ steps }: RoundPlan, { slot, part }: Upload): boolean {
  if (part !== "a" && part !== "b") return false;
  return steps.some((step) => step.kind === "train" && step.slot === slot && step.part !== part);
}

/** What a client learned, from what it was sent and what it sent back; with what was merged before, which it had as well. */
function updateOf({ method, plan, rank, before }: AggregatedRound, { clientId, tensors }: Contribution): NamedTensors {
  const [start, extra] = splitRanks(method.download(before, clientId), rank);
  const [sent] = splitRanks(tensors, rank);
  const own = plan.upload?.form === "value" ? withPart(start, sent) : movedBy(start, sent);
  return extra && plan.receive?.extra === "merged" ? stackRanks([own, extra]) : own;
}

const ratio = (lost: number, whole: number) => (whole > 0 ? Math.sqrt(lost / whole) : 0);

/** |B A|_F^2 of one module from the two R x R Gram matrices. Rounding may leave a hair below zero. */
function squaredNorm(adapter: NamedTensors, module: string): number {
  const a = adapter.get(factorAKey(module));
  const b = adapter.get(factorBKey(module));
  if (!a || !b) throw new RangeError(`The adapter has no module ${module}`);
  const [rank = 0, columns = 0] = a.shape;
  const [rows = 0] = b.shape;
  let trace = 0;
  for (let i = 0; i < rank; i++) {
    for (let j = 0; j <= i; j++) {
      let ofA = 0;
      for (let k = 0; k < columns; k++) ofA += (a.data[i * columns + k] ?? 0) * (a.data[j * columns + k] ?? 0);
      let ofB = 0;
      for (let k = 0; k < rows; k++) ofB += (b.data[k * rank + i] ?? 0) * (b.data[k * rank + j] ?? 0);
      trace += (i === j ? 1 : 2) * ofA * ofB;
    }
  }
  return Math.max(0, trace);
}
