/**
 * How far what the coordinator serves is from the mean of what the clients learned:
 *   |sum_k p_k B_k A_k - served|_F / |sum_k p_k B_k A_k|_F, over all adapted modules and for each.
 * Averaging A and B separately is not averaging B A; methods that do it right have 0 here, up to rounding. What an outer optimiser
 * adds counts too: it is served, and it is not the mean. Pure; no [out, in] product is formed, since with stacked factors
 *   |B A|_F^2 = tr((B^T B)(A A^T)).
 * That is quadratic in clients x rank. Beyond {@link MAX_EXACT_RANK} the norms are estimated by updateSketch.ts instead, which is linear.
 */
import { factorAKey, factorBKey } from "../adapters/adapterLayout.ts";
import { partOf, rankOf, scaled, splitRanks, stackRanks, withPart } from "../adapters/adapterSum.ts";
import type { HostTensor, NamedTensors } from "../tensors/namedTensors.ts";
import { movedBy, ordered, weightsOf } from "./contributions.ts";
import type { Method } from "./registry.ts";
import type { Contribution, RoundPlan, ServerState, Upload } from "./strategy.ts";
import { trainingsIn } from "./trainings.ts";
import { directionsFor, sketchOf, squaredNormOf } from "./updateSketch.ts";

/** Largest rank of all updates together for which the error is exact: 32 clients of rank 8. */
export const MAX_EXACT_RANK = 256;

/** Ratios, 0 where the served update is the mean. */
export interface AggregationError {
  readonly overall: number;
  /** Per adapted module whose update the coordinator knows, in the base's order. */
  readonly modules: readonly { readonly module: string; readonly error: number }[];
}

/** The error of one update against another, module by module. Adapters may differ in rank. */
export function errorBetween(mean: NamedTensors, served: NamedTensors): AggregationError | null {
  const difference = stackRanks([mean, scaled(served, -1)]);
  return errorOf(
    modulesOf(mean).map((module) => ({ module, lost: squaredNorm(difference, module), whole: squaredNorm(mean, module) })),
  );
}

/** The same, estimated in m directions from updates that are seen one after the other; updateSketch.ts says how well. */
export function estimatedErrorBetween(updates: Iterable<NamedTensors>, served: NamedTensors, m: number): AggregationError | null {
  const [mean, given] = [sketchOf(updates, m), sketchOf([served], m)];
  return errorOf(
    [...mean].map(([module, sketch]) => ({
      module,
      lost: squaredNormOf(m, sketch, given.get(module)),
      whole: squaredNormOf(m, sketch),
    })),
  );
}

/** |B A|_F over all modules of an adapter. */
export function updateNorm(adapter: NamedTensors): number {
  return Math.sqrt(modulesOf(adapter).reduce((sum, module) => sum + squaredNorm(adapter, module), 0));
}

const modulesOf = (adapter: NamedTensors) =>
  [...adapter.keys()].flatMap((key) => (key.endsWith(factorAKey("")) ? [key.slice(0, -factorAKey("").length)] : []));

/** |sum_k p_k B_k A_k - served|_F^2 and |sum_k p_k B_k A_k|_F^2 of one module. */
interface Squares {
  readonly module: string;
  readonly lost: number;
  readonly whole: number;
}

function errorOf(squares: readonly Squares[]): AggregationError | null {
  const total = (pick: (square: Squares) => number) => squares.reduce((sum, square) => sum + pick(square), 0);
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
  const { plan, after } = round;
  if (!plan.upload || keepsAFactor(plan, plan.upload)) return null;
  const served = sentModules(after.shared, plan.upload);
  if (stackedRank(round) <= MAX_EXACT_RANK) return errorBetween(stackRanks([...updatesOf(round)]), served);
  const m = directionsFor(round.contributions.length * valuesIn(served));
  return estimatedErrorBetween(updatesOf(round), served, m);
}

/** Of all updates together: those of the adapters, and what was merged before where each client had it too. */
function stackedRank({ method, plan, rank, before, contributions }: AggregatedRound): number {
  const [first] = contributions;
  const each = first && plan.receive?.extra === "merged" ? rankOf(method.download(before, first.clientId)) : rank;
  return each * contributions.length;
}

function sentModules(adapter: NamedTensors, { part }: Upload): NamedTensors {
  return partOf(adapter, part === "head" || part === "body" ? part : "all");
}

/** Only one factor is sent although both were trained. */
function keepsAFactor({ steps }: RoundPlan, { slot, part }: Upload): boolean {
  if (part !== "a" && part !== "b") return false;
  return trainingsIn(steps).some((training) => training.slot === slot && training.part !== part);
}

/** p_k B_k A_k of every client in a fixed order, each made when its turn comes. */
function* updatesOf(round: AggregatedRound): Generator<NamedTensors> {
  const { method, plan, before, contributions } = round;
  const inOrder = ordered(contributions);
  const weights = weightsOf(inOrder, method.weighting);
  const common = method.downloadsDiffer ? null : method.download(before, "");
  for (const [k, { clientId, tensors }] of inOrder.entries()) {
    const update = updateOf(round, tensors, () => common ?? method.download(before, clientId));
    yield scaled(plan.upload ? sentModules(update, plan.upload) : update, weights[k] ?? 0);
  }
}

/** What a client learned, from what it was sent and what it sent back; with what was merged before, which it had as well. */
function updateOf({ plan, rank }: AggregatedRound, tensors: NamedTensors, download: () => NamedTensors): NamedTensors {
  const [sent] = splitRanks(tensors, rank);
  const isMerged = plan.receive?.extra === "merged";
  if (plan.upload?.form === "value" && plan.upload.part === "all" && !isMerged) return sent;
  const [start, extra] = splitRanks(download(), rank);
  const own = plan.upload?.form === "value" ? withPart(start, sent) : movedBy(start, sent);
  return extra && isMerged ? stackRanks([own, extra]) : own;
}

const valuesIn = (adapter: NamedTensors) => [...adapter.values()].reduce((sum, { data }) => sum + data.length, 0);

const ratio = (lost: number, whole: number) => (whole > 0 ? Math.sqrt(lost / whole) : 0);

/** |B A|_F^2 of one module from the two R x R Gram matrices. Rounding may leave a hair below zero. */
function squaredNorm(adapter: NamedTensors, module: string): number {
  const a = adapter.get(factorAKey(module));
  const b = adapter.get(factorBKey(module));
  if (!a || !b) throw new RangeError(`The adapter has no module ${module}`);
  const [rank = 0, columns = 0] = a.shape;
  const rowsOfA = Array.from({ length: rank }, (_, i) => a.data.subarray(i * columns, (i + 1) * columns));
  const columnsOfB = Array.from({ length: rank }, (_, i) => columnOf(b, i));
  let trace = 0;
  for (let i = 0; i < rank; i++) {
    const ofA = productsUpTo(i, rowsOfA);
    const ofB = productsUpTo(i, columnsOfB);
    for (let j = 0; j <= i; j++) trace += (i === j ? 1 : 2) * (ofA[j] as number) * (ofB[j] as number);
  }
  return Math.max(0, trace);
}

function columnOf({ shape: [rows = 0, columns = 0], data }: HostTensor, column: number): Float32Array {
  return Float32Array.from({ length: rows }, (_, row) => data[row * columns + column] as number);
}

/** Products of vector i with the vectors 0 to i: four sums at a time, each in its own order. */
function productsUpTo(i: number, vectors: readonly Float32Array[]): Float64Array {
  const vector = (j: number) => vectors[Math.min(j, i)] as Float32Array;
  const x = vector(i);
  const products = new Float64Array(i + 4);
  for (let j = 0; j <= i; j += 4) {
    const [y0, y1, y2, y3] = [vector(j), vector(j + 1), vector(j + 2), vector(j + 3)];
    let [s0, s1, s2, s3] = [0, 0, 0, 0];
    for (let k = 0; k < x.length; k++) {
      const value = x[k] as number;
      s0 += value * (y0[k] as number);
      s1 += value * (y1[k] as number);
      s2 += value * (y2[k] as number);
      s3 += value * (y3[k] as number);
    }
    products.set([s0, s1, s2, s3], j);
  }
  return products;
}
