/**
 * How long the fusing round waits beyond its deadline: for as long as answers keep coming, and for as long again at most, as clients that join and answer
 * one after the other would hold it open for ever. Nothing follows it that would wait meanwhile, and who comes too late has fused for nothing. Pure, and
 * of the answers alone.
 */
import { type OpenRound, type RoundState, specOf } from "./roundState.ts";

/** An answer may be followed by the next one for so long, and for no longer than that share of the deadline. */
const MOST_MS = 60_000;
const SHARE = 1 / 5;

/** Whether it is a round that waits so. */
export const isPatient = (state: RoundState, open: OpenRound): boolean => specOf(state, open).stage === "fusing";

/** Until when a patient round waits by its newest answer; null where that is over. */
export function waitsUntil({ at, policy }: RoundState, { openedAt, submissions }: OpenRound): number | null {
  const newest = Object.values(submissions).reduce((latest, { tookMs }) => Math.max(latest, tookMs), Number.NEGATIVE_INFINITY);
  const next = newest + Math.min(MOST_MS, SHARE * policy.roundDeadlineMs);
  const until = openedAt + Math.min(next, 2 * policy.roundDeadlineMs);
  return until > at ? until : null;
}
