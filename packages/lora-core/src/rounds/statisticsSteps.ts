/** The one sum of what clients' rows are like, before the first round: when it is asked for, and what follows it. Pure. */

import { MIN_CLIENTS } from "../secureAggregation/minClients.ts";
import { beginExchange, summedClients } from "./exchange.ts";
import type { RoundEvent } from "./roundEvents.ts";
import type { RoundSaying } from "./roundSentences.ts";
import { type EnrolledClient, type NextRound, type OpenRound, type RoundState, specOf } from "./roundState.ts";
import { log, withoutSkips } from "./roundSteps.ts";

/** Whether it is still to be asked for: once, before anything else, since two sums that differ by one client would be that client's counts. */
export function wantsStatistics(state: RoundState, next: NextRound): boolean {
  const isFirst = next.index === 0 && next.firstOpenedAt === null;
  return state.policy.statistics !== null && state.policy.exchange !== null && state.statistics === null && isFirst;
}

/** Asks all of these; where they are too few for a sum there is none. */
export function openStatistics(state: RoundState, next: NextRound, clients: readonly EnrolledClient[]): RoundState {
  const participants = clients.map(({ id }) => id);
  const deadlineAt = state.at + (state.policy.exchange?.stepMs ?? 0);
  const times = { firstOpenedAt: state.at, openedAt: state.at, deadlineAt };
  return beginStatistics(state, { ...next, ...times, participants, submissions: {}, forStatistics: true });
}

/** Begun (again), with who is still here. */
export function beginStatistics(state: RoundState, open: OpenRound): RoundState {
  const here = new Set(state.clients.flatMap(({ id, status }) => (status === "left" ? [] : [id])));
  const asked = open.participants.filter((id) => here.has(id));
  if (asked.length < MIN_CLIENTS) return endStatistics(state, open, null, ["tooFewToCount", asked.length, MIN_CLIENTS]);
  const exchange = beginExchange(open.exchanges + 1, asked, state.at + (state.policy.exchange?.stepMs ?? 0));
  return {
    ...state,
    started: true,
    phase: { kind: "exchanging", open: { ...withoutSkips(open), exchanges: exchange.attempt }, exchange },
  };
}

/** The sum is known. */
export function counted(state: RoundState, event: Extract<RoundEvent, { type: "counted" }>): RoundState {
  const { phase } = state;
  if (phase.kind !== "aggregating" || !phase.open.forStatistics || !phase.exchange) return state;
  if (specOf(state, phase.open).round !== event.round) return state;
  const clients = summedClients(phase.exchange);
  return endStatistics(state, phase.open, { clients, sum: event.statistics }, ["counted", clients.length, event.statistics.rows]);
}

/** The first round is next: at once, or once the organiser has looked at what there is to see. */
export function endStatistics(
  state: RoundState,
  { index, attempt, failures, exchanges }: OpenRound,
  made: NonNullable<RoundState["statistics"]>["made"],
  why: RoundSaying,
): RoundState {
  const next = { index, attempt, failures, firstOpenedAt: null, exchanges };
  const ended = log({ ...state, statistics: { made, exchanges }, phase: { kind: "waiting", next, until: null } }, why);
  if (made === null || state.policy.statistics !== "pause" || state.paused) return ended;
  return { ...ended, paused: { since: state.at, reason: ["countedFirst"] } };
}
