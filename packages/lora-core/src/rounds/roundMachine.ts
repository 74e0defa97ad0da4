/**
 * The rounds of a federation as a pure function. After every event {@link settle} looks whether something is complete, so that
 * joins, departures, submissions and deadlines share one rule: a round closes when nobody who is still here is outstanding.
 */
import { withoutFigures } from "../protocol/figures.ts";
import { aggregated, aggregationFailed, gauged, submissionDamaged } from "./aggregationSteps.ts";
import { askedOf } from "./catchUp.ts";
import { hereIn, presentIn } from "./clientIndex.ts";
import {
  answered,
  closeExchangeStep,
  exchangeDeadlinePassed,
  exchangeFailed,
  openExchange,
  settleExchange,
} from "./exchangeSteps.ts";
import { lateWeight } from "./lateAnswers.ts";
import { waitsUntil } from "./patience.ts";
import { commandsBetween, timerAgain } from "./pendingWork.ts";
import { away, joined, left, returned, returnedAfterEnd } from "./presence.ts";
import type { RoundCommand, RoundEvent } from "./roundEvents.ts";
import type { RoundSaying } from "./roundSentences.ts";
import {
  canGoOn,
  clientsNeeded,
  type EnrolledClient,
  enrolled,
  isAnyOutstanding,
  isFiguresSum,
  isSummed,
  type NextRound,
  type OpenRound,
  openRoundOf,
  outstanding,
  type RoundState,
  sendsAdapter,
  specOf,
} from "./roundState.ts";
import { end, log, noteEach, openRound, recordRound, retryRound, updateClient, withoutSkip } from "./roundSteps.ts";
import { drawnFor, hasEnough } from "./sampling.ts";
import { skipped } from "./skipped.ts";
import { counted, openStatistics, wantsStatistics } from "./statisticsSteps.ts";
import { submissionStanding } from "./submissionStanding.ts";
import { received, sent } from "./traffic.ts";

export interface Transition {
  readonly state: RoundState;
  readonly commands: readonly RoundCommand[];
}

/**
 * Pure: the same state and event give the same transition. An event that does not fit returns the very same state; where that was a
 * timer's, fired before its instant, its command sets the timer again.
 */
export function transition(state: RoundState, event: RoundEvent): Transition {
  const now = { ...state, at: Math.max(state.at, event.at) };
  const applied = state.phase.kind === "ended" ? applyAfterEnd(now, event) : apply(now, event, now.at - state.at);
  if (applied === now) return { state, commands: timerAgain(state, event) };
  const settled = settle(applied);
  return { state: settled, commands: commandsBetween(state, settled) };
}

/** `elapsedMs` is the time since the event before. */
function apply(state: RoundState, event: RoundEvent, elapsedMs: number): RoundState {
  switch (event.type) {
    case "clientJoined":
      return joined(state, event.clientId, event.introduction);
    case "clientReturned":
      return returned(state, event.clientId, event.introduction);
    case "clientAway":
      return away(state, event.clientId);
    case "clientLeft":
      return left(state, event.clientId, ["left"], false);
    case "clientRemoved":
      return left(state, event.clientId, ["removed"], true);
    case "graceExpired": {
      const awayUntil = enrolled(state, event.clientId)?.awayUntil ?? null;
      return awayUntil === null || state.at < awayUntil ? state : left(state, event.clientId, ["lost"], false);
    }
    case "fetched":
      return received(state, event.clientId, event.bytes);
    case "submitted":
      return submitted(state, event);
    case "exchanged":
      return answered(state, event);
    case "exchangeFailed":
      return exchangeFailed(state, event);
    case "deadlinePassed":
      return deadlinePassed(state, event);
    case "exchangeDeadlinePassed":
      return exchangeDeadlinePassed(state, event);
    case "waitExpired":
      return waitExpired(state);
    case "aggregated":
      return aggregated(state, event);
    case "counted":
      return counted(state, event);
    case "gauged":
      return gauged(state, event);
    case "aggregationFailed":
      return aggregationFailed(state, event);
    case "submissionDamaged":
      return submissionDamaged(state, event.clientId, event.round);
    case "started":
      return state.started ? state : log({ ...state, started: true }, ["startedEarly"]);
    case "paused":
      if (state.paused) return state;
      return log({ ...state, paused: { since: state.at, reason: ["pausedByOrganiser"] } }, ["organiserPaused"]);
    case "resumed":
      return resumed(state);
    case "roundClosed":
      return closedByOrganiser(state);
    case "clientSkipped":
      return skipped(state, event.clientId);
    case "stopped":
      return end(state, "stopped", ["stoppedByOrganiser"]);
    case "restarted":
      return restarted(state, elapsedMs);
    default:
      event satisfies never;
      return state;
  }
}

/** After the end only the presence of clients still moves, so that the last picture stays true; and a gauge may come late. */
function applyAfterEnd(state: RoundState, event: RoundEvent): RoundState {
  switch (event.type) {
    case "clientReturned":
      return returnedAfterEnd(state, event.clientId, event.introduction);
    case "clientAway":
      return updateClient(state, event.clientId, ({ status }) => (status === "present" ? { status: "away" } : null));
    case "clientLeft":
      return updateClient(state, event.clientId, ({ status }) => (status === "left" ? null : { status: "left", note: ["left"] }));
    case "restarted":
      return {
        ...state,
        clients: state.clients.map((client) => (client.status === "present" ? { ...client, status: "away" } : client)),
      };
    case "fetched":
      return received(state, event.clientId, event.bytes);
    case "gauged":
      return gauged(state, event);
    default:
      return state;
  }
}

/** Runs after every event until nothing moves. While paused nothing opens and nothing closes. */
function settle(state: RoundState): RoundState {
  const { phase } = state;
  if (state.paused) return state;
  if (phase.kind === "waiting") return settleWaiting(state);
  if (phase.kind === "exchanging") {
    const settled = settleExchange(state);
    return settled === state ? state : settle(settled);
  }
  if (phase.kind !== "collecting") return state;
  if (hasEnough(state, phase.open)) return settle(closeRound(withoutTheRest(state, phase.open), phase.open));
  if (isAnyOutstanding(state, phase.open)) return state;
  if (Object.keys(phase.open.submissions).length > 0) return settle(closeRound(state, phase.open));
  const { index, attempt, failures, firstOpenedAt, exchanges } = phase.open;
  const next = { index, attempt: attempt + 1, failures, firstOpenedAt, exchanges };
  return settle(log({ ...state, phase: { kind: "waiting", next, until: null } }, ["allLeftRound"]));
}

/** Who was drawn in reserve and is still at it is told that it is not waited for. */
function withoutTheRest(state: RoundState, open: OpenRound): RoundState {
  const left = (): { note: RoundSaying } => ({ note: ["enoughOthers"] });
  return outstanding(state, open).reduce((next, { id }) => updateClient(next, id, left), state);
}

function settleWaiting(state: RoundState): RoundState {
  if (state.phase.kind !== "waiting") return state;
  const { next, until } = state.phase;
  const present = enoughFor(state, next);
  if (present) {
    if (wantsStatistics(state, next)) return settle(openStatistics(state, next, present));
    return openRound(state, next, drawnFor(state, next, present));
  }
  const hasOpened = next.firstOpenedAt !== null || state.rounds.length > 0;
  const abandoned = hasOpened && hereIn(state.clients) === 0;
  const giveUpAt = abandoned ? (until ?? state.at + state.policy.waitMs) : null;
  return giveUpAt === until ? state : { ...state, phase: { kind: "waiting", next, until: giveUpAt } };
}

/** Whom the round can ask now; null where they are too few for it to open. */
function enoughFor(state: RoundState, next: NextRound): readonly EnrolledClient[] | null {
  const needed = clientsNeeded(state, next);
  if (presentIn(state.clients) < needed) return null;
  const present = state.clients.filter(({ status }) => status === "present");
  const asked = askedOf(state, next, present);
  return asked.length < needed ? null : asked;
}

/** Stops collecting: to a secure sum, to aggregation of what was sent, or straight to the record. */
function closeRound(state: RoundState, open: OpenRound): RoundState {
  if (isSummed(state, open) || isFiguresSum(state, open)) return openExchange(state, open);
  if (specOf(state, open).uploads) return { ...state, phase: { kind: "aggregating", open, exchange: null, stalled: false } };
  return recordRound(state, { open, exchange: null, outcome: null });
}

function submitted(state: RoundState, event: Extract<RoundEvent, { type: "submitted" }>): RoundState {
  const { clientId, round, artifact } = event;
  const client = enrolled(state, clientId);
  if (!client) return state;
  const standing = submissionStanding(state, clientId, round);
  if (standing.kind === "caughtUp") return caughtUp(state, client, event);
  if (state.phase.kind !== "collecting") return state;
  if (standing.kind === "late") return answeredLate(state, event);
  if (standing.kind !== "expected") return state;
  if (sendsAdapter(state, state.phase.open) !== (artifact !== null)) return state;
  const tookMs = Math.max(0, (state.paused?.since ?? state.at) - state.phase.open.openedAt);
  const submission = { artifact, sampleCount: client.samples.train ?? 0, tookMs };
  const submissions = { ...state.phase.open.submissions, [clientId]: submission };
  // Nobody counts twice in one mean: what came late of it gives way.
  const late = state.late.filter((answer) => answer.clientId !== clientId);
  const open = { ...withoutSkip(state.phase.open, clientId), submissions };
  return withAnswer({ ...state, late, phase: { kind: "collecting", open } }, event);
}

/** An answer of a round that is over, which counts in the open one; its client may answer that one, too. */
function answeredLate(state: RoundState, event: Extract<RoundEvent, { type: "submitted" }>): RoundState {
  const { clientId, round, artifact } = event;
  const client = enrolled(state, clientId);
  const open = openRoundOf(state);
  if (!client || !open || artifact === null || client.status === "left") return state;
  const late = [...state.late, { clientId, round, artifact, sampleCount: client.samples.train ?? 0 }];
  const { round: counts } = specOf(state, open);
  const told = ["cameLate", client.name, round, counts, Number(lateWeight(round, counts).toFixed(2))] as const;
  return withAnswer(log({ ...state, late }, told, clientId), event);
}

/** It has learned alone, as the others did in the first round: nothing of that is counted, and the next round asks it. */
function caughtUp(state: RoundState, client: EnrolledClient, event: Extract<RoundEvent, { type: "submitted" }>): RoundState {
  if (event.artifact !== null || client.status === "left") return state;
  return withAnswer(log(state, ["caughtUp", client.name], client.id), event);
}

/** What a client told with its answer. */
function withAnswer(state: RoundState, event: Extract<RoundEvent, { type: "submitted" }>): RoundState {
  const { clientId, round, metrics } = event;
  const told = enrolled(state, clientId)?.figures === "nobody" ? withoutFigures(metrics) : metrics;
  return updateClient(state, clientId, (client) => {
    const others = client.history.filter((entry) => entry.round !== round);
    const history = [...others, { round, metrics: told, standing: null }];
    return { lastSeenAt: state.at, note: null, isNew: undefined, ...sent({ ...client, history }, round, event.bytes) };
  });
}

function deadlinePassed(state: RoundState, event: Extract<RoundEvent, { type: "deadlinePassed" }>): RoundState {
  const { round, attempt, patient } = event;
  const { phase, paused } = state;
  if (phase.kind !== "collecting" || paused || state.at < phase.open.deadlineAt) return state;
  if (specOf(state, phase.open).round !== round || phase.open.attempt !== attempt) return state;
  const deadlineAt = patient ? waitsUntil(state, phase.open) : null;
  if (deadlineAt !== null) return { ...state, phase: { ...phase, open: { ...phase.open, deadlineAt } } };
  const noted = noteMissing(state, ["late"]);
  if (Object.keys(phase.open.submissions).length > 0) return closeRound(noted, phase.open);
  return retryRound(noted, phase.open, ["nobodyAnswered", round]);
}

function closedByOrganiser(state: RoundState): RoundState {
  const { phase } = state;
  if (phase.kind === "exchanging") return closeExchangeStep(state, phase);
  if (phase.kind !== "collecting") return state;
  if (Object.keys(phase.open.submissions).length === 0) {
    return log(state, ["staysOpen"]);
  }
  if (isSummed(state, phase.open) && !canGoOn(state, phase.open)) return log(state, ["staysOpenForSum", "updates"]);
  return closeRound(log(noteMissing(state, ["skipped"]), ["closedByOrganiser"]), phase.open);
}

function noteMissing(state: RoundState, note: RoundSaying): RoundState {
  const open = openRoundOf(state);
  if (!open) return state;
  return noteEach(state, outstanding(state, open), note);
}

function waitExpired(state: RoundState): RoundState {
  const { phase, paused } = state;
  if (phase.kind !== "waiting" || paused || phase.until === null || state.at < phase.until) return state;
  return end(state, "stopped", ["allGone"]);
}

function resumed(state: RoundState): RoundState {
  const { phase, paused } = state;
  if (!paused) return state;
  const running = { ...state, paused: null, phase: phase.kind === "aggregating" ? { ...phase, stalled: false } : phase };
  return log(postponed(running, state.at - paused.since), ["goesOn"]);
}

/** The coordinator was down at most since the last event. */
function restarted(state: RoundState, elapsedMs: number): RoundState {
  const awayUntil = state.at + state.policy.reconnectGraceMs;
  const clients = state.clients.map(
    (client): EnrolledClient => (client.status === "left" ? client : { ...client, status: "away", awayUntil }),
  );
  const reconnecting = log({ ...state, clients }, ["restarted"]);
  return state.paused ? reconnecting : postponed(reconnecting, elapsedMs);
}

/** Moves what would have fallen due meanwhile. */
function postponed(state: RoundState, byMs: number): RoundState {
  const { phase } = state;
  if (phase.kind === "collecting") {
    const { openedAt, deadlineAt } = phase.open;
    const open = { ...phase.open, openedAt: openedAt + byMs, deadlineAt: deadlineAt + byMs };
    return { ...state, phase: { kind: "collecting", open } };
  }
  if (phase.kind === "exchanging") {
    return { ...state, phase: { ...phase, exchange: { ...phase.exchange, deadlineAt: phase.exchange.deadlineAt + byMs } } };
  }
  if (phase.kind === "waiting" && phase.until !== null) return { ...state, phase: { ...phase, until: phase.until + byMs } };
  return state;
}
