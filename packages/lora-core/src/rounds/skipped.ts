/** The organiser does not wait for one client in a round any more: what it still sends in time counts, and it is asked again in the next. Pure. */
import { answersNeeded } from "./exchange.ts";
import { unanswered, whatIsSummed } from "./exchangeSteps.ts";
import { type ClientId, type EnrolledClient, openRoundOf, outstanding, type RoundState } from "./roundState.ts";
import { log, noteEach } from "./roundSteps.ts";

/** Changes nothing where nobody waits for it. A round without any answer stays open for the last one who may give it. */
export function skipped(state: RoundState, clientId: ClientId): RoundState {
  const open = openRoundOf(state);
  const client = awaitedNow(state).find(({ id }) => id === clientId);
  if (!open || !client || !("open" in state.phase)) return state;
  const next = { ...open, skipped: [...(open.skipped ?? []), clientId] };
  const without: RoundState = { ...state, phase: { ...state.phase, open: next } };
  return staysOpen(state, without) ?? noteEach(without, [client], ["skipped"]);
}

function awaitedNow(state: RoundState): readonly EnrolledClient[] {
  const { phase } = state;
  return phase.kind === "collecting" ? outstanding(state, phase.open) : unanswered(state);
}

/** As where the round is closed by the organiser: too few would be left. Null where it can go on. */
function staysOpen(state: RoundState, without: RoundState): RoundState | null {
  const { phase } = without;
  if (phase.kind === "exchanging") {
    const isEnough = Object.keys(phase.exchange.answers).length >= answersNeeded(phase.exchange);
    if (unanswered(without).length > 0 || isEnough) return null;
    return log(state, ["staysOpenForSum", whatIsSummed(state, phase.open)]);
  }
  if (phase.kind !== "collecting" || Object.keys(phase.open.submissions).length > 0) return null;
  const mayAnswer = new Set(phase.open.skipped);
  return outstanding(without, phase.open).every(({ id }) => mayAnswer.has(id)) ? log(state, ["staysOpen"]) : null;
}
