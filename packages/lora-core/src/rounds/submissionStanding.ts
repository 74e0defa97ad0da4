/** Whether a client's submission for a round is wanted; the coordinator asks before it stores anything. */
import type { RefusalSaying } from "../protocol/refusalSentences.ts";
import { catchUpTold } from "./catchUp.ts";
import { isTakenLate, stillTaken } from "./lateAnswers.ts";
import { type ClientId, openRoundOf, type RoundState, specOf } from "./roundState.ts";

export type SubmissionStanding =
  | { readonly kind: "expected"; readonly uploads: boolean }
  /** Of a round that is over, and counts in the open one. */
  | { readonly kind: "late" }
  /** It has learned alone outside of any round, and sends nothing. */
  | { readonly kind: "caughtUp" }
  /** Counted already: acknowledge, and do nothing. */
  | { readonly kind: "counted" }
  /** Not wanted, and why. */
  | { readonly kind: "refused"; readonly reason: RefusalSaying };

/** Pure; (client, round) identifies a submission. */
export function submissionStanding(state: RoundState, clientId: ClientId, round: number): SubmissionStanding {
  const catchUp = catchUpTold(state, clientId, round);
  if (catchUp) return { kind: catchUp === "now" ? "caughtUp" : "counted" };
  const open = openRoundOf(state);
  const isOpen = open !== null && specOf(state, open).round === round;
  const inTime = state.rounds.some((closed) => closed.round === round && closed.aggregated.includes(clientId));
  if (inTime || isTakenLate(state, clientId, round) || (isOpen && clientId in open.submissions)) return { kind: "counted" };
  if (!open) return { kind: "refused", reason: ["roundNotOpen", round] };
  if (!isOpen && state.phase.kind === "collecting" && stillTaken(state, open, clientId).includes(round)) return { kind: "late" };
  if (!isOpen) return { kind: "refused", reason: ["otherRoundOpen", round, specOf(state, open).round] };
  if (state.phase.kind !== "collecting") return { kind: "refused", reason: ["roundClosed", round] };
  if (!open.participants.includes(clientId)) return { kind: "refused", reason: ["fromNextRound", round] };
  return { kind: "expected", uploads: specOf(state, open).uploads };
}

/** Whether this client may be at work on that round: it is open, or takes late answers, or is what the client catches up with. */
export function mayWorkOn(state: RoundState, clientId: ClientId, round: number): boolean {
  const open = openRoundOf(state);
  if (open && specOf(state, open).round === round) return true;
  if (catchUpTold(state, clientId, round) === "now") return true;
  return open !== null && stillTaken(state, open, clientId).includes(round);
}
