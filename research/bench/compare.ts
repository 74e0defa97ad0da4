/**
 * What became slower since another run of the benchmark. Where both runs have stock TF.js, how many times faster than it ours is counts, because
 * that is of one machine and one hour; elsewhere the median time. Pure.
 */
import { z } from "zod";

const timed = z.object({ msPerStep: z.number().positive(), spreadMs: z.number().nonnegative() });
const benchCase = z.object({
  name: z.string(),
  where: z.string(),
  ours: timed,
  peers: z.object({ stockTfjs: timed.nullable() }),
});
/** What of `--json`'s file is compared; it may hold more. */
export const benchReport = z.object({ cases: z.array(benchCase) });

export type BenchCase = z.infer<typeof benchCase>;
type Timed = z.infer<typeof timed>;

export interface Change {
  readonly name: string;
  readonly where: string;
  /** What was compared: times as fast as stock TF.js (more is better), or ms. */
  readonly unit: "times" | "ms";
  readonly before: number;
  readonly after: number;
  /** How many times as long it takes now. */
  readonly slowdown: number;
  /** It is slower by more than the spread of both runs. */
  readonly isSlower: boolean;
}

/** Less than this is not called slower, however even the steps of a run were. */
const LEAST_SLOWDOWN = 1.05;

/** One change for each case that both runs have, by name and where it ran without its version. */
export function changesBetween(before: readonly BenchCase[], after: readonly BenchCase[]): readonly Change[] {
  const older = new Map(before.map((each) => [keyOf(each), each]));
  return after.flatMap((newer) => {
    const old = older.get(keyOf(newer));
    return old ? [changeOf(old, newer)] : [];
  });
}

/** Cases whose lead over stock TF.js is below `least` times, or that have none to compare with. */
export function below(cases: readonly BenchCase[], least: number): readonly BenchCase[] {
  return cases.filter(({ ours, peers: { stockTfjs } }) => !stockTfjs || stockTfjs.msPerStep / ours.msPerStep < least);
}

/** Those that a run again has below, too: what slowed one run down does not slow all. */
export function stillBelow(behind: readonly BenchCase[], again: readonly BenchCase[], least: number): readonly BenchCase[] {
  const found = new Set(below(again, least).map(keyOf));
  return behind.filter((each) => found.has(keyOf(each)));
}

export function changeLine({ name, where, unit, before, after, slowdown, isSlower }: Change): string {
  const figures =
    unit === "ms"
      ? `${before.toFixed(0)} → ${after.toFixed(0)} ms`
      : `${before.toFixed(2)} → ${after.toFixed(2)} times stock TF.js`;
  return `${isSlower ? "slower " : "       "}${name} (${where}): ${figures}, takes ${slowdown.toFixed(2)} times as long`;
}

function changeOf(old: BenchCase, newer: BenchCase): Change {
  const { name, where } = newer;
  const [oldStock, newStock] = [old.peers.stockTfjs, newer.peers.stockTfjs];
  if (!oldStock || !newStock) {
    const slowdown = newer.ours.msPerStep / old.ours.msPerStep;
    const noise = spreadOf(old.ours) + spreadOf(newer.ours);
    return { name, where, unit: "ms", before: old.ours.msPerStep, after: newer.ours.msPerStep, ...judged(slowdown, noise) };
  }
  const before = oldStock.msPerStep / old.ours.msPerStep;
  const after = newStock.msPerStep / newer.ours.msPerStep;
  const noise = [old.ours, newer.ours, oldStock, newStock].reduce((sum, each) => sum + spreadOf(each), 0);
  return { name, where, unit: "times", before, after, ...judged(before / after, noise) };
}

function judged(slowdown: number, noise: number) {
  return { slowdown, isSlower: slowdown > Math.max(LEAST_SLOWDOWN, 1 + noise) };
}

/** Of its median. */
const spreadOf = ({ msPerStep, spreadMs }: Timed): number => spreadMs / msPerStep;

/** Browsers and Node are updated between runs. */
const keyOf = ({ name, where }: BenchCase): string => `${name} ${where.replace(/[\d.]+(?=,)/, "")}`;
