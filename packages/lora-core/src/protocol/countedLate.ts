/** What of the clients' answers counted in a later round than their own. Pure. */
import { remembered } from "./remembered.ts";
import type { RoundView } from "./snapshot.ts";

export interface CountedLate {
  readonly clientId: string;
  /** Whose answer it is, and where it counted. */
  readonly of: number;
  readonly round: number;
}

/** Of all rounds, in their order. */
export const countedLate = remembered((rounds: readonly RoundView[]): readonly CountedLate[] =>
  rounds.flatMap(({ round, late = {} }) => Object.entries(late).map(([clientId, of]) => ({ clientId, of, round }))),
);

/** Who was asked in a closed round and is missing in the adapter for good: neither in time nor late, and not still at an earlier round either. */
export function missedIn(
  { round, participants, aggregated, behind = [] }: RoundView,
  rounds: readonly RoundView[],
): readonly string[] {
  const late = countedLate(rounds).flatMap(({ clientId, of }) => (of === round ? [clientId] : []));
  const others = new Set([...aggregated, ...behind, ...late]);
  return participants.filter((id) => !others.has(id));
}
