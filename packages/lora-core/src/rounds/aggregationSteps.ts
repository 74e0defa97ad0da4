/** What happens to a round once it has what it waits for: it is aggregated, measured later, not aggregated, or part of it arrived damaged. Pure. */
import { isCatchingUp } from "./catchUp.ts";
import type { Exchange } from "./exchange.ts";
import { skipRound } from "./exchangeSteps.ts";
import type { RoundEvent } from "./roundEvents.ts";
import type { RoundSaying } from "./roundSentences.ts";
import { enrolled, type OpenRound, type RoundState, specOf, stillToAnswer } from "./roundState.ts";
import { log, recordRound, retryRound, updateClient, withoutSkip } from "./roundSteps.ts";
import { withStandings } from "./standings.ts";

export function aggregated(state: RoundState, event: Extract<RoundEvent, { type: "aggregated" }>): RoundState {
  const { phase } = state;
  const { round, error, moduleErrors, standings, means } = event;
  if (phase.kind !== "aggregating" || phase.open.forStatistics || specOf(state, phase.open).round !== round) return state;
  const known = error === null ? {} : { moduleErrors };
  const { open, exchange } = phase;
  const outcome = { aggregationError: error, means };
  const modelRound = specOf(state, open).uploads ? round : state.modelRound;
  return recordRound(withStandings({ ...state, modelRound, ...known }, round, standings), { open, exchange, outcome });
}

/** Later rounds may be open or closed by then. */
export function gauged(state: RoundState, { round, error, moduleErrors }: Extract<RoundEvent, { type: "gauged" }>): RoundState {
  const index = state.rounds.findIndex((closed) => closed.round === round);
  const closed = state.rounds[index];
  if (!closed || closed.aggregationError !== null || !state.policy.schedule[index]?.uploads) return state;
  const isNewest = state.rounds.every((other) => other.round <= round || other.aggregationError === null);
  return {
    ...state,
    rounds: state.rounds.with(index, { ...closed, aggregationError: error }),
    moduleErrors: isNewest ? moduleErrors : state.moduleErrors,
  };
}

export function aggregationFailed(state: RoundState, event: Extract<RoundEvent, { type: "aggregationFailed" }>): RoundState {
  const { phase } = state;
  if (phase.kind !== "aggregating" || specOf(state, phase.open).round !== event.round) return state;
  if (event.cause === "method") return notAggregated(state, phase.open, phase.exchange, event.reason);
  const reason = ["notStored", event.round, event.reason] as const;
  const paused = state.paused ?? { since: state.at, reason };
  return log({ ...state, paused, phase: { ...phase, stalled: true } }, reason);
}

/** What was unmasked once is not unmasked again with other clients in it. */
function notAggregated(state: RoundState, open: OpenRound, exchange: Exchange | null, reason: string | RoundSaying): RoundState {
  const why = open.forStatistics
    ? (["notCounted", reason] as const)
    : (["notAggregated", specOf(state, open).round, reason] as const);
  // What came late may be why, and would be so again.
  return exchange ? skipRound(state, open, why) : retryRound({ ...state, late: [] }, open, why);
}

/** A damaged adapter is never aggregated: its client sends it again while there is time, and is left out otherwise. */
export function submissionDamaged(state: RoundState, clientId: string, round: number): RoundState {
  const { phase } = state;
  if (phase.kind !== "aggregating" || specOf(state, phase.open).round !== round) return state;
  const name = enrolled(state, clientId)?.name ?? (["someClient"] as const);
  if (phase.exchange) return notAggregated(state, phase.open, phase.exchange, ["partDamaged", name]);
  if (!(clientId in phase.open.submissions)) return lateDamaged(state, clientId, name);
  const { [clientId]: _, ...submissions } = phase.open.submissions;
  const client = enrolled(state, clientId);
  // Who has lost what it had learned cannot send it again.
  const isHere = client?.status !== "left" && !isCatchingUp(state, phase.open, client) && state.at < phase.open.deadlineAt;
  const note = [isHere ? "damagedSentAgain" : "damagedLeftOut", round] as const;
  // What it measured stays: that arrived whole.
  const noted = updateClient(state, clientId, () => ({ note }));
  const logged = log(noted, [isHere ? "askedAgain" : "leftOut", name, round], clientId);
  const open = { ...phase.open, submissions };
  // Clients answer once to each attempt; what others have sent stays counted.
  if (isHere) {
    const again = withLost(logged, { ...awaiting(open, clientId), attempt: open.attempt + 1 });
    return { ...logged, phase: { kind: "collecting", open: again } };
  }
  if (Object.keys(submissions).length === 0) return retryRound(logged, open, ["nothingLeft", round]);
  return { ...logged, phase: { kind: "aggregating", open, exchange: null, stalled: false } };
}

/** Who is asked again is waited for, behind or not: it has answered this round. */
function awaiting(open: OpenRound, clientId: string): OpenRound {
  const { behind = [], ...rest } = withoutSkip(open, clientId);
  const others = behind.filter((id) => id !== clientId);
  return others.length > 0 ? { ...rest, behind: others } : rest;
}

/** Who came back with nothing of what it had learned while the round was aggregated is not waited for, either. */
function withLost(state: RoundState, open: OpenRound): OpenRound {
  const { behind = [] } = open;
  const lost = stillToAnswer(state, open).filter((client) => isCatchingUp(state, open, client) && !behind.includes(client.id));
  return lost.length > 0 ? { ...open, behind: [...behind, ...lost.map(({ id }) => id)] } : open;
}

/** Its round is long over: it is left out. */
function lateDamaged(state: RoundState, clientId: string, name: string | RoundSaying): RoundState {
  const damaged = state.late.find((answer) => answer.clientId === clientId);
  if (!damaged) return state;
  const noted = updateClient(state, clientId, () => ({ note: ["damagedLeftOut", damaged.round] }));
  const late = state.late.filter((answer) => answer !== damaged);
  return log({ ...noted, late }, ["leftOut", name, damaged.round], clientId);
}
