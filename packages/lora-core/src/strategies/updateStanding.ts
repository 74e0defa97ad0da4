/** How each client's update stood among the others' in one round: numbers for people, from before and after the guard. Pure. */
import { cosinesToOthers } from "../robustness/cosines.ts";
import type { UpdateStanding } from "../robustness/updateStanding.ts";
import type { Contribution } from "./strategy.ts";
import { type Bounds, type GuardedRound, type Measures, typical, updateOf } from "./updateGuard.ts";

export type ClientStanding = UpdateStanding & { readonly clientId: string };

/** One round after the guard's second pass; the lists are in one order. */
export interface GuardedContributions {
  readonly measures: readonly Measures[];
  readonly bounds: readonly Bounds[];
  readonly counted: readonly Contribution[];
}

export function standingsOf({ measures, bounds, counted }: GuardedContributions, round: GuardedRound): readonly ClientStanding[] {
  const rows = typical(measures.map((one) => one.rows));
  const norm = typical(measures.map((one) => one.norm));
  const control = typical(measures.map((one) => one.controlNorm));
  const cosines = cosinesToOthers(counted.length, (k) => updateOf(counted[k] as Contribution, round));
  return measures.map((one, k) => ({
    clientId: one.clientId,
    norm: norm && Math.max(one.norm / norm, control ? one.controlNorm / control : 0),
    rows: rows && one.rows / rows,
    cosine: cosines[k] ?? null,
    isClipped: bounds[k]?.update !== 1 || bounds[k]?.control !== 1,
    isCapped: bounds[k]?.rows !== 1,
  }));
}
