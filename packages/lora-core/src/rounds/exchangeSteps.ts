/** What happens to the secure sum of a round: answers come in, steps follow each other, or it begins again. Pure. */
import type { ExchangeKey } from "../protocol/exchange.ts";
import { MIN_CLIENTS } from "../secureAggregation/minClients.ts";
import { answersNeeded, beginExchange, type Exchange, MAX_EXCHANGES, nextExchangeStep } from "./exchange.ts";
import type { RoundEvent } from "./roundEvents.ts";
import type { RoundSaying, Summed } from "./roundSentences.ts";
import {
  type EnrolledClient,
  enrolled,
  isFiguresSum,
  type OpenRound,
  type RoundPhase,
  type RoundState,
  specOf,
} from "./roundState.ts";
import { log, noteEach, recordRound, retryRound, updateClient, withoutSkip, withoutSkips } from "./roundSteps.ts";
import { beginStatistics, endStatistics } from "./statisticsSteps.ts";
import { sent } from "./traffic.ts";

type Exchanging = Extract<RoundPhase, { kind: "exchanging" }>;

/** Clients that are asked and still here, and have not answered: who was skipped is waited for where too few would be left. */
export function unanswered(state: RoundState): readonly EnrolledClient[] {
  if (state.phase.kind !== "exchanging") return [];
  const { open, exchange } = state.phase;
  const asked = stillAsked(state);
  const awaited = asked.filter(({ id }) => !open.skipped?.includes(id));
  return awaited.length > 0 || hasEnoughAnswers(exchange) ? awaited : asked;
}

/** The same, waited for or not: what they send counts. */
export function stillAsked(state: RoundState): readonly EnrolledClient[] {
  if (state.phase.kind !== "exchanging") return [];
  const { asked, answers } = state.phase.exchange;
  return asked.flatMap((id) => {
    const client = id in answers ? undefined : enrolled(state, id);
    return client && client.status !== "left" ? [client] : [];
  });
}

/** Whether the step can end with those who have answered. */
const hasEnoughAnswers = (exchange: Exchange): boolean => Object.keys(exchange.answers).length >= answersNeeded(exchange);

/** Everybody who is ready sums up; where they are too few, {@link withoutSum}. */
export function openExchange(state: RoundState, open: OpenRound): RoundState {
  if (open.forStatistics) return beginStatistics(state, open);
  const ready = Object.keys(open.submissions).filter((id) => enrolled(state, id)?.status !== "left");
  const { round } = specOf(state, open);
  if (ready.length < MIN_CLIENTS) {
    return withoutSum(state, open, ["tooFewReady", round, ready.length, MIN_CLIENTS]);
  }
  const deadlineAt = state.at + exchangePolicy(state).stepMs;
  const exchange = beginExchange(open.exchanges + 1, ready, deadlineAt);
  return { ...state, phase: { kind: "exchanging", open: { ...withoutSkips(open), exchanges: exchange.attempt }, exchange } };
}

/** Goes on to the next step where nobody who is still here is waited for. */
export function settleExchange(state: RoundState): RoundState {
  return state.phase.kind === "exchanging" && unanswered(state).length === 0 ? advanceExchange(state, state.phase) : state;
}

/** One answer of one client counts. */
export function answered(state: RoundState, event: Extract<RoundEvent, { type: "exchanged" }>): RoundState {
  const { phase } = state;
  const { clientId, artifact, bytes } = event;
  if (phase.kind !== "exchanging" || !isKeyOf(state, event)) return state;
  const { exchange } = phase;
  const isLeft = enrolled(state, clientId)?.status === "left";
  if (isLeft || !exchange.asked.includes(clientId) || clientId in exchange.answers) return state;
  const next: RoundState = {
    ...state,
    phase: {
      ...phase,
      open: withoutSkip(phase.open, clientId),
      exchange: { ...exchange, answers: { ...exchange.answers, [clientId]: artifact } },
    },
  };
  return updateClient(next, clientId, (client) => ({ lastSeenAt: state.at, note: null, ...sent(client, event.round, bytes) }));
}

/** Who has not answered by then is left out. */
export function exchangeDeadlinePassed(state: RoundState, key: ExchangeKey): RoundState {
  const { phase, paused } = state;
  if (phase.kind !== "exchanging" || paused || !isKeyOf(state, key) || state.at < phase.exchange.deadlineAt) return state;
  return advanceExchange(noteUnanswered(state, ["lateInSum", whatIsSummed(state, phase.open)]), phase);
}

/** The sum cannot be made of who is left. */
export function exchangeFailed(state: RoundState, event: Extract<RoundEvent, { type: "exchangeFailed" }>): RoundState {
  const { phase } = state;
  if (phase.kind !== "exchanging" || specOf(state, phase.open).round !== event.round) return state;
  if (phase.exchange.attempt !== event.attempt) return state;
  const { reason } = event;
  return beginAgain(state, phase, phase.open.forStatistics ? ["notCounted", reason] : ["sumFailed", event.round, reason]);
}

/** The organiser does not want to wait for the rest of this step. */
export function closeExchangeStep(state: RoundState, phase: Exchanging): RoundState {
  if (!hasEnoughAnswers(phase.exchange)) {
    return log(state, ["staysOpenForSum", whatIsSummed(state, phase.open)]);
  }
  const closed = log(noteUnanswered(state, ["skipped"]), ["restSkipped"]);
  return advanceExchange(closed, phase);
}

/** The round is over without a sum: the shared adapter stays what it was. */
export function skipRound(state: RoundState, open: OpenRound, why: RoundSaying): RoundState {
  if (open.forStatistics) return endStatistics(state, open, null, ["and", why, ["noStatistics"]]);
  const stays = [isFiguresSum(state, open) ? "noMeans" : "adapterStays"] as const;
  return recordRound(log(state, ["and", why, stays]), { open, exchange: null, outcome: null });
}

/** Without an update to go on with the round is opened again; for means of figures alone nothing is done twice. */
function withoutSum(state: RoundState, open: OpenRound, why: RoundSaying): RoundState {
  return open.forStatistics || isFiguresSum(state, open) ? skipRound(state, open, why) : retryRound(state, open, why);
}

function advanceExchange(state: RoundState, { open, exchange }: Exchanging): RoundState {
  const count = Object.keys(exchange.answers).length;
  if (count < answersNeeded(exchange)) return tooFew(state, { kind: "exchanging", open, exchange }, count);
  const next = nextExchangeStep(exchange, state.at, exchangePolicy(state));
  if (next) return { ...state, phase: { kind: "exchanging", open, exchange: next } };
  return { ...state, phase: { kind: "aggregating", open, exchange, stalled: false } };
}

function tooFew(state: RoundState, { open, exchange }: Exchanging, count: number): RoundState {
  const { round } = specOf(state, open);
  const { asked, step } = exchange;
  const needed = answersNeeded(exchange);
  const why = open.forStatistics
    ? (["tooFewCounted", count, asked.length, step, needed] as const)
    : (["tooFewAnswered", round, count, asked.length, step, needed] as const);
  return beginAgain(state, { kind: "exchanging", open, exchange }, why);
}

/**
 * Until secrets were revealed an exchange can be begun again: no mask of the one before can ever be taken off. After that it cannot,
 * or the difference of two sums would be one client's update.
 */
function beginAgain(state: RoundState, { open, exchange }: Exchanging, why: RoundSaying): RoundState {
  if (exchange.step === "unmask") return skipRound(state, open, why);
  if (ownAttempt(state, open, exchange) % MAX_EXCHANGES === 0) return withoutSum(state, open, why);
  return openExchange(log(state, ["and", why, ["sumAgain"]]), open);
}

/** Counted from 1 for a round, and for what rows are like: the first round's numbers go on after those of that. */
function ownAttempt({ statistics }: RoundState, { index }: OpenRound, { attempt }: Exchanging["exchange"]): number {
  return index === 0 ? attempt - (statistics?.exchanges ?? 0) : attempt;
}

const noteUnanswered = (state: RoundState, note: RoundSaying): RoundState => noteEach(state, unanswered(state), note);

function isKeyOf(state: RoundState, { round, attempt, step }: ExchangeKey): boolean {
  const { phase } = state;
  if (phase.kind !== "exchanging" || specOf(state, phase.open).round !== round) return false;
  return phase.exchange.attempt === attempt && phase.exchange.step === step;
}

function exchangePolicy({ policy }: RoundState) {
  if (!policy.exchange) throw new Error("This federation has no secure sums");
  return policy.exchange;
}

/** For people. */
export function whatIsSummed(state: RoundState, open: OpenRound): Summed {
  if (open.forStatistics) return "statistics";
  return isFiguresSum(state, open) ? "figures" : "updates";
}

export type ExchangeStanding = "expected" | "counted" | "refused";

/** Whether a client's answer is wanted; the coordinator asks before it stores anything. Pure. */
export function exchangeStanding(state: RoundState, clientId: string, key: ExchangeKey): ExchangeStanding {
  const { phase } = state;
  if (phase.kind !== "exchanging" || !isKeyOf(state, key)) return "refused";
  if (clientId in phase.exchange.answers) return "counted";
  return phase.exchange.asked.includes(clientId) ? "expected" : "refused";
}
