/** How each client's update stood among the others' in one round: numbers for people, from before and after the guard. Pure. */
import type { UpdateStanding } from "../robustness/updateStanding.ts";
import type { Contribution } from "./strategy.ts";
import { type Bounds, type GuardedRound, type MeasuredRound, typical, updateOf } from "./updateGuard.ts";

export type ClientStanding = UpdateStanding & { readonly clientId: string };

/** One round before and after the guard; the lists are in one order. Each contribution is read once more. */
export function standingsOf(
  { measures, directions }: MeasuredRound,
  bounds: readonly Bounds[],
  contributions: readonly Contribution[],
  round: GuardedRound,
): readonly ClientStanding[] {
  const rows = typical(measures.map((one) => one.rows));
  const norm = typical(measures.map((one) => one.norm));
  const control = typical(measures.map((one) => one.controlNorm));
  const cosineOf = (k: number) =>
    directions.cosineToOthers(updateOf(contributions[k] as Contribution, round), measures[k]?.norm ?? 0);
  return measures.map((one, k) => ({
    clientId: one.clientId,
    norm: norm && Math.max(one.norm / norm, control ? one.controlNorm / control : 0),
    rows: rows && one.rows / rows,
    cosine: cosineOf(k),
    isClipped: bounds[k]?.update !== 1 || bounds[k]?.control !== 1,
    isCapped: bounds[k]?.rows !== 1,
  }));
}
