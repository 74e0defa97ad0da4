/**
 * What every aggregation passes through, whatever the method: nobody's rows and nobody's update count for far more than the others'.
 *
 *   rows of a client:    min(n_k, 5 median(n))
 *   update of a client:  u_k min(1, 4 median(|u|) / |u_k|)
 *
 * An update is what a client moved: the difference it sent, or what it sent minus what the coordinator has in that place, over all
 * tensors that travelled. A control variate that is stacked behind is bounded by itself. Contributions within the bounds stay the
 * same objects, so that an honest round is aggregated bit for bit as without a guard.
 *
 * With fewer than three contributions a median says nothing about who is wrong, and where it is 0 no size is known: then nothing is
 * bounded here. What protects is the absolute bound on what is accepted at all (the coordinator's adapterCheck.ts).
 *
 * Two passes, so that contributions need not be held at once: {@link measured} gives numbers and the directions' sum, {@link bounded} scales.
 */
import { splitRanks, stackRanks } from "../adapters/adapterSum.ts";
import { MAX_NORM_MULTIPLE, MAX_ROWS_MULTIPLE } from "../robustness/bounds.ts";
import { createDirectionSum, type DirectionSum } from "../robustness/cosines.ts";
import { median } from "../robustness/median.ts";
import { l2Norm, linearCombination } from "../tensors/arithmetic.ts";
import type { NamedTensors } from "../tensors/namedTensors.ts";
import { weighed } from "./contributions.ts";
import type { Contribution, ServerState, Upload } from "./strategy.ts";

/** Contributions from which on a median tells who is far off. */
const FEWEST = 3;

/** What contributions of one round are relative to. */
export interface GuardedRound {
  readonly upload: Upload;
  /** R of the federation's adapter. */
  readonly rank: number;
  readonly before: ServerState;
}

/** Numbers of one contribution. */
export interface Measures {
  readonly clientId: string;
  readonly rows: number;
  /** |u_k|. */
  readonly norm: number;
  /** Of the control variate; 0 without one. */
  readonly controlNorm: number;
}

/** What is done to one contribution; all of it 1 where nothing is. */
export interface Bounds {
  readonly rows: number;
  readonly update: number;
  readonly control: number;
}

/** What a client moved. @throws {RangeError} on another layout than the coordinator's. */
export function updateOf({ tensors }: Pick<Contribution, "tensors">, round: GuardedRound): NamedTensors {
  const [own] = splitRanks(tensors, round.rank);
  return round.upload.form === "difference" ? own : linearCombination([1, -1], [own, originOf(own, round)]);
}

/** What a client that moved so far sends: the inverse of {@link updateOf}, without a control variate. */
export function sentFor(update: NamedTensors, round: GuardedRound): NamedTensors {
  return round.upload.form === "difference" ? update : linearCombination([1, 1], [update, originOf(update, round)]);
}

/** What the first pass finds. */
export interface MeasuredRound {
  /** In the order of the contributions. */
  readonly measures: readonly Measures[];
  readonly directions: DirectionSum;
}

/** First pass: each contribution is read once. @throws {RangeError} on another layout, or a value that is not finite. */
export function measured(contributions: readonly Contribution[], round: GuardedRound): MeasuredRound {
  const directions = createDirectionSum();
  const measures = contributions.map(({ clientId, sampleCount, tensors }) => {
    const [, control] = splitRanks(tensors, round.rank);
    const update = updateOf({ tensors }, round);
    const norm = l2Norm(update);
    const controlNorm = control ? l2Norm(control) : 0;
    if (!Number.isFinite(norm + controlNorm)) throw new RangeError(`${clientId}: non-finite value in its update`);
    directions.add(update, norm);
    return { clientId, rows: sampleCount, norm, controlNorm };
  });
  return { measures, directions };
}

const UNBOUND: Bounds = { rows: 1, update: 1, control: 1 };

/** Where there is no protection. */
export const noBounds = (all: readonly Measures[]): readonly Bounds[] => all.map(() => UNBOUND);

/** Between the passes; in the order of `all`. */
export function boundsOf(all: readonly Measures[]): readonly Bounds[] {
  const rows = shares(all, ({ rows: own }) => own, MAX_ROWS_MULTIPLE);
  const update = shares(all, ({ norm }) => norm, MAX_NORM_MULTIPLE);
  const control = shares(all, ({ controlNorm }) => controlNorm, MAX_NORM_MULTIPLE);
  return all.map((_, k) => ({ rows: rows[k] ?? 1, update: update[k] ?? 1, control: control[k] ?? 1 }));
}

/** Second pass: the very same contribution where nothing binds. */
export function bounded(contribution: Contribution, bounds: Bounds, round: GuardedRound): Contribution {
  const { clientId, sampleCount } = contribution;
  const isScaled = bounds.update !== 1 || bounds.control !== 1;
  if (bounds.rows === 1 && !isScaled) return contribution;
  return {
    clientId,
    sampleCount: bounds.rows * sampleCount,
    ...weighed(contribution),
    // Made when asked for, so that no more is held than of the others.
    get tensors() {
      return isScaled ? scaledBy(contribution.tensors, bounds, round) : contribution.tensors;
    },
  };
}

/** The middle value of a round, against which one is judged; null where it tells nothing. */
export function typical(values: readonly number[]): number | null {
  if (values.length < FEWEST) return null;
  const middle = median(Float64Array.from(values));
  return middle > 0 ? middle : null;
}

/** min(1, multiple * median / value) of every value. */
function shares(all: readonly Measures[], pick: (one: Measures) => number, multiple: number): readonly number[] {
  const middle = typical(all.map(pick));
  return all.map((one) => (middle !== null && pick(one) > multiple * middle ? (multiple * middle) / pick(one) : 1));
}

function scaledBy(tensors: NamedTensors, { update, control }: Bounds, round: GuardedRound): NamedTensors {
  const [own, extra] = splitRanks(tensors, round.rank);
  const moved =
    round.upload.form === "difference"
      ? linearCombination([update], [own])
      : linearCombination([update, 1 - update], [own, originOf(own, round)]);
  return extra ? stackRanks([moved, linearCombination([control], [extra])]) : moved;
}

/** What the coordinator has in place of what was sent: its own ranks, without what was merged behind them. */
function originOf(sent: NamedTensors, { before, rank }: GuardedRound): NamedTensors {
  const [shared] = splitRanks(before.shared, rank);
  return new Map([...shared].filter(([key]) => sent.has(key)));
}
