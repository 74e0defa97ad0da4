/** The steps that transitions are made of: open, close, record, retry, end. Each is pure and uses `state.at` as now. */
import type { RoundMeans } from "../protocol/metrics.ts";
import { listOf, setOf } from "../protocol/remembered.ts";
import type { RoundView } from "../protocol/snapshot.ts";
import { isLocalLearning } from "../schedule/roundNumbers.ts";
import { isCatchingUp } from "./catchUp.ts";
import { hereIn, placeOf, withChanged } from "./clientIndex.ts";
import { type Exchange, summedClients } from "./exchange.ts";
import { isBehind, lateRounds } from "./lateAnswers.ts";
import { meanLossOf } from "./meanLoss.ts";
import { deadlineMs, sharesBelowOne } from "./pace.ts";
import type { RoundSaying } from "./roundSentences.ts";
import {
  type EnrolledClient,
  eventOf,
  firstOpening,
  isSummed,
  MAX_FAILURES,
  MAX_IDLE_LEFT,
  MAX_LOG_ENTRIES,
  type NextRound,
  type OpenRound,
  openRoundOf,
  type RoundSpec,
  type RoundState,
  specOf,
} from "./roundState.ts";

/** Opens (or reopens) a round for these clients. */
export function openRound(state: RoundState, next: NextRound, clients: readonly EnrolledClient[]): RoundState {
  const participants = clients.map(({ id }) => id);
  const behind = clients.flatMap((client) => (isStillElsewhere(state, next, client) ? [client.id] : []));
  const isAwaited = (id: string) => !setOf(behind).has(id);
  const open: OpenRound = {
    ...next,
    firstOpenedAt: next.firstOpenedAt ?? state.at,
    openedAt: state.at,
    participants,
    ...(behind.length > 0 ? { behind } : {}),
    submissions: {},
    deadlineAt: state.at + deadlineMs(state, next, behind.length > 0 ? participants.filter(isAwaited) : participants),
  };
  const told = openedSaying(specOf(state, next), clients.length, next.attempt);
  return log({ ...state, started: true, phase: { kind: "collecting", open } }, told);
}

function openedSaying({ round, stage }: StagedRound, clients: number, attempt: number): RoundSaying {
  if (isLocalLearning(round)) return ["aloneOpened", clients, attempt];
  return stage === "fusing" ? ["fusingOpened", clients, attempt] : ["opened", round, clients, attempt];
}

function closedSaying({ round, stage }: StagedRound, clients: number, asked: number): RoundSaying {
  if (isLocalLearning(round)) return ["aloneClosed", clients, asked];
  return stage === "fusing" ? ["fusingClosed", clients, asked] : ["closed", round, clients, asked];
}

type StagedRound = Pick<RoundSpec, "round" | "stage">;

/** Whether it is at an earlier round, or catching up, so that this one does not wait for it. */
export const isStillElsewhere = (state: RoundState, next: NextRound, client: EnrolledClient): boolean =>
  isBehind(state, next, client.id) || isCatchingUp(state, next, client);

/** What became of a round. */
export interface ClosedRound {
  readonly open: OpenRound;
  /** How what clients shared was summed; null where it was sent as it is, or not at all. */
  readonly exchange: Exchange | null;
  /** See RoundView. Null where nothing was aggregated. */
  readonly outcome: { readonly aggregationError: number | null; readonly means: RoundMeans | null } | null;
}

/** Enters the round into the history and goes on to the next, or finishes after the last. */
export function recordRound(state: RoundState, { open, exchange, outcome }: ClosedRound): RoundState {
  const aggregated = isSummed(state, open) ? (exchange ? summedClients(exchange) : []) : Object.keys(open.submissions);
  const view: RoundView = {
    ...roundViewOf(state, open),
    closedAt: state.at,
    aggregated: [...aggregated],
    meanLoss: outcome?.means
      ? outcome.means.trainLoss
      : meanLossOf(state.clients, specOf(state, open).round, Object.keys(open.submissions)),
    aggregationError: outcome?.aggregationError ?? null,
    means: outcome?.means ?? null,
    exchanges: open.exchanges,
    took: mapped(open.submissions, ({ tookMs }) => tookMs / 1000),
  };
  const told = closedSaying(view, aggregated.length, open.participants.length);
  const recorded = log({ ...state, late: [], rounds: [...state.rounds, view] }, told);
  const index = open.index + 1;
  if (index === state.policy.schedule.length) return end(recorded, "finished", ["allDone"]);
  return { ...recorded, phase: { kind: "waiting", next: firstOpening(index), until: null } };
}

/** Opens the round once more, or fails the federation after {@link MAX_FAILURES}. */
export function retryRound(state: RoundState, open: OpenRound, why: RoundSaying): RoundState {
  const { index, attempt, firstOpenedAt, exchanges } = open;
  const failures = open.failures + 1;
  if (failures >= MAX_FAILURES) return end(state, "failed", ["times", why, failures]);
  const next = { index, attempt: attempt + 1, failures, firstOpenedAt, exchanges };
  return log({ ...state, phase: { kind: "waiting", next, until: null } }, why);
}

/** Ends for good. What was aggregated until here stays on disk. */
export function end(state: RoundState, how: "finished" | "stopped" | "failed", reason: RoundSaying): RoundState {
  const clients = state.clients.map((client) => (client.awayUntil === null ? client : { ...client, awayUntil: null }));
  return log({ ...state, clients, late: [], endedAt: state.at, paused: null, phase: { kind: "ended", how, reason } }, reason);
}

/** How an open round looks in the history. */
export function roundViewOf(state: RoundState, open: OpenRound): RoundView {
  const { round, stage } = specOf(state, open);
  const shares = sharesBelowOne(state, open, open.participants);
  const late = lateRounds(state.late);
  return {
    round,
    stage,
    openedAt: open.firstOpenedAt,
    closedAt: null,
    participants: listOf(open.participants),
    aggregated: [],
    meanLoss: null,
    aggregationError: null,
    means: null,
    exchanges: open.exchanges,
    ...(shares ? { shares } : {}),
    ...(open.behind ? { behind: listOf(open.behind) } : {}),
    ...(late ? { late } : {}),
  };
}

const mapped = <V, W>(entries: Readonly<Record<string, V>>, make: (value: V) => W): Record<string, W> =>
  Object.fromEntries(Object.entries(entries).map(([key, value]) => [key, make(value)]));

/** Changes one client; null or an unknown id changes nothing. */
export function updateClient(
  state: RoundState,
  id: string,
  change: (client: EnrolledClient) => Partial<EnrolledClient> | null,
): RoundState {
  const place = placeOf(state.clients, id);
  const client = state.clients[place];
  const patch = client && change(client);
  if (!patch) return state;
  return { ...state, clients: withChanged(state.clients, place, { ...client, ...patch }) };
}

/** Notes the same of each of these clients, and logs it by name. */
export function noteEach(state: RoundState, clients: readonly EnrolledClient[], note: RoundSaying): RoundState {
  return clients.reduce(
    (next, { id, name }) =>
      log(
        updateClient(next, id, () => ({ note })),
        ["of", name, note],
        id,
      ),
    state,
  );
}

/** This client has answered after all, or is asked again. */
export function withoutSkip({ skipped: all = [], ...open }: OpenRound, clientId: string): OpenRound {
  const others = all.filter((id) => id !== clientId);
  return others.length > 0 ? { ...open, skipped: others } : open;
}

/** A sum that is begun waits for everybody whom it asks. */
export function withoutSkips({ skipped: _, ...open }: OpenRound): OpenRound {
  return open;
}

/** Forgets who left without having contributed anything, but the last {@link MAX_IDLE_LEFT} and who the open round waited for. */
export function withoutIdle(state: RoundState): RoundState {
  if (state.clients.length - hereIn(state.clients) <= MAX_IDLE_LEFT) return state;
  const participants = new Set(openRoundOf(state)?.participants);
  const idle = state.clients.filter(
    ({ id, status, history }) => status === "left" && history.length === 0 && !participants.has(id),
  );
  const forgotten = new Set(idle.toSorted((a, b) => a.lastSeenAt - b.lastSeenAt).slice(0, -MAX_IDLE_LEFT));
  return forgotten.size === 0 ? state : { ...state, clients: state.clients.filter((client) => !forgotten.has(client)) };
}

/** Appends one line to the event log, dropping the oldest. */
export function log(state: RoundState, told: RoundSaying, clientId: string | null = null): RoundState {
  return { ...state, log: [...state.log, eventOf(state.at, told, clientId)].slice(-MAX_LOG_ENTRIES) };
}
