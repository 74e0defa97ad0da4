/** The organiser does not wait for one client in a round any more: what it still sends in time counts, and it is asked again in the next. Pure. */
import { unanswered } from "./exchangeSteps.ts";
import { type ClientId, enrolled, openRoundOf, outstanding, type RoundState } from "./roundState.ts";
import { noteEach } from "./roundSteps.ts";

/** needed: without it too few would be left for the round to go on. */
export type SkipStanding = "skippable" | "needed" | "notAwaited";

/** Whether a client may be skipped now; the coordinator asks before it stores anything. */
export function skipStanding(state: RoundState, clientId: ClientId): SkipStanding {
  if (!isAwaited(state, clientId)) return "notAwaited";
  return isAwaited(withSkip(state, clientId), clientId) ? "needed" : "skippable";
}

/** Changes nothing where it may not be skipped. */
export function skipped(state: RoundState, clientId: ClientId): RoundState {
  const client = enrolled(state, clientId);
  if (!client || skipStanding(state, clientId) !== "skippable") return state;
  return noteEach(withSkip(state, clientId), [client], ["skipped"]);
}

function withSkip(state: RoundState, clientId: ClientId): RoundState {
  const open = openRoundOf(state);
  if (!open || !("open" in state.phase)) return state;
  return { ...state, phase: { ...state.phase, open: { ...open, skipped: [...(open.skipped ?? []), clientId] } } };
}

function isAwaited(state: RoundState, clientId: ClientId): boolean {
  const { phase } = state;
  const awaited = phase.kind === "collecting" ? outstanding(state, phase.open) : unanswered(state);
  return awaited.some(({ id }) => id === clientId);
}
