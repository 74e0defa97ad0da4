/**
 * Who was trained on, from losses alone: by a threshold, and by a likelihood ratio with shadow runs (offline, Carlini et al. 2022, arXiv 2112.03570,
 * section IV-E). Differs from paper: all rows that a shadow has not seen share one deviation, as there are few shadows. Pure.
 */
import { foundAt, recognitionOf } from "@duet/lora-core/leakage/recognition";
import { random } from "@duet/lora-core/tensors/random";
import { deviation, mean } from "../experiment/statistics/interval.ts";

/** One model that is attacked: losses by row, and whose rows they are. */
export interface Target {
  /** Of the federation: targets of one seed are not shadows of each other. */
  readonly seed: number;
  readonly losses: readonly number[];
  /** Under what training began with, where the threshold is one of how far losses fell. */
  readonly before?: readonly number[];
  readonly members: ReadonlySet<number>;
  /** In nobody's training rows of that federation. */
  readonly strangers: readonly number[];
}

export interface Membership {
  readonly auc: number;
  /** 95 %, bootstrapped over federations; null of fewer than three. */
  readonly interval: readonly [number, number] | null;
  /** Members found where one stranger in a hundred is taken for one. */
  readonly found: number;
  /** As that of the AUC; strangers and members are drawn with their federation. */
  readonly foundInterval: readonly [number, number] | null;
}

export type Attack = "threshold" | "ratio";

/** Scores are compared over all targets at once; AUCs are means over federations, as intervals are over these. */
export function membershipOf(targets: readonly Target[], attack: Attack): Membership {
  const scored = targets.map((target) => {
    const { seed, members, strangers, losses, before = [] } = target;
    const fallen = (row: number) => (before[row] ?? 0) - (losses[row] ?? 0);
    const scoreOf = attack === "threshold" ? fallen : ratioScores(target, targets);
    return { seed, members: [...members].map(scoreOf), strangers: strangers.map(scoreOf) };
  });
  const seeds = [...new Set(targets.map(({ seed }) => seed))];
  const aucs = seeds.map((seed) =>
    mean(scored.filter((each) => each.seed === seed).map(({ members, strangers }) => recognitionOf(members, strangers).auc)),
  );
  // Few federations are drawn in few ways, whatever the order.
  const known = new Map<string, number>();
  const foundOf = (drawn: readonly number[]) => {
    const name = drawn.toSorted((a, b) => a - b).join();
    const found = known.get(name) ?? foundIn(drawn);
    known.set(name, found);
    return found;
  };
  const foundIn = (drawn: readonly number[]) => {
    const taken = drawn.flatMap((seed) => scored.filter((each) => each.seed === seed));
    return foundAt(
      0.01,
      taken.flatMap(({ members }) => members),
      taken.flatMap(({ strangers }) => strangers),
    );
  };
  return {
    auc: mean(aucs),
    interval: bootstrapped(aucs, mean),
    found: foundOf(seeds),
    foundInterval: bootstrapped(seeds, foundOf),
  };
}

/** How much surer the target is of a row's answer than models that never saw it, in their deviations; of a row that all have seen, than of any. */
function ratioScores(target: Target, targets: readonly Target[]): (row: number) => number {
  const shadows = targets.filter(({ seed }) => seed !== target.seed);
  const without = (row: number) =>
    shadows.filter(({ members }) => !members.has(row)).map(({ losses }) => sureness(losses[row] ?? 0));
  const rows = target.losses.map((_, row) => without(row)).filter((values) => values.length > 1);
  const common = Math.sqrt(mean(rows.map((values) => deviation(values) ** 2)));
  const usual = mean(target.losses.flatMap((_, row) => without(row)));
  return (row) => {
    const unseen = without(row);
    return (sureness(target.losses[row] ?? 0) - (unseen.length > 0 ? mean(unseen) : usual)) / common;
  };
}

/** log(p / (1 - p)) of the right answer, p = e^-loss: close to normal over models. */
function sureness(loss: number): number {
  const p = Math.min(1 - 1e-6, Math.max(1e-6, Math.exp(-loss)));
  return Math.log(p / (1 - p));
}

const RESAMPLES = 2000;

/** Percentiles of a figure of values that are drawn with replacement. */
export function bootstrapped(
  values: readonly number[],
  figure: (drawn: readonly number[]) => number,
): readonly [number, number] | null {
  if (values.length < 3) return null;
  const uniform = random(1, "bootstrap");
  const draw = () => figure(values.map(() => values[Math.floor(uniform() * values.length)] ?? 0));
  const means = Array.from({ length: RESAMPLES }, draw).sort((a, b) => a - b);
  const at = (share: number) => means[Math.min(RESAMPLES - 1, Math.floor(share * RESAMPLES))] ?? 0;
  return [at(0.025), at(0.975)];
}
