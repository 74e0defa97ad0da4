/**
 * The state of a federation's rounds: JSON-serialisable, without tensors, sockets, timers or secrets.
 * Adapters appear as handles ({@link ArtifactId}); all instants are milliseconds on the coordinator's clock.
 */
import type { FederationConfig } from "../protocol/federationConfig.ts";
import type { FiguresFor } from "../protocol/figures.ts";
import type { Device, RoundMetrics, ToldCounts } from "../protocol/metrics.ts";
import { setOf } from "../protocol/remembered.ts";
import type { EventView, ModuleError, RoundView, Traffic } from "../protocol/snapshot.ts";
import type { UpdateStanding } from "../robustness/updateStanding.ts";
import { say } from "../sayings/saying.ts";
import type { Stage } from "../schedule/roundNumbers.ts";
import { MIN_CLIENTS } from "../secureAggregation/minClients.ts";
import type { RowStatistics } from "../statistics/rowStatistics.ts";
import { placeOf } from "./clientIndex.ts";
import type { Exchange, ExchangePolicy } from "./exchange.ts";
import { ROUND_SENTENCES, type RoundSaying } from "./roundSentences.ts";

export type ClientId = string;
/** Name of a stored adapter. */
export type ArtifactId = string;

/** One round as the method planned it. */
export interface RoundSpec {
  readonly round: number;
  readonly stage: Stage;
  /** Clients start from the coordinator's shared adapter. */
  readonly receives: boolean;
  /** Clients share an adapter, so the round ends with an aggregation. */
  readonly uploads: boolean;
  /** Who has finished no round learns alone before it takes part in this one; see catchUp.ts. */
  readonly catchUp?: true;
}

/** How many clients a round that shares an adapter asks: `clients` and `reserve`; it closes once `clients` have answered. */
export interface Sampling {
  readonly clients: number;
  readonly reserve: number;
  readonly seed: number;
}

/** Everything that is decided at creation. */
export interface RoundPolicy {
  /** All rounds in order; never empty. */
  readonly schedule: readonly RoundSpec[];
  /** Present clients needed before the first round; later rounds need one. */
  readonly minClients: number;
  readonly roundDeadlineMs: number;
  readonly reconnectGraceMs: number;
  /** How long a started federation waits for anyone after everyone left. */
  readonly waitMs: number;
  /** What clients share is summed securely; null where it is sent as it is. */
  readonly exchange: ExchangePolicy | null;
  /** Some clients are drawn for each round; null where all that are here are asked. */
  readonly sampling: Sampling | null;
  /** Slower clients do a share of a federated round's steps; see pace.ts. */
  readonly bySpeed: boolean;
  /** A round closes sooner than at its deadline where it is known that clients are fast; see pace.ts. */
  readonly deadlineBySpeed: boolean;
  /** Answers are still taken so many rounds after their own; null where a round that is over takes none. See lateAnswers.ts. */
  readonly late: { readonly rounds: number } | null;
  /** What follows the sum of what clients' rows are like, which comes before the first round; null where there is none. */
  readonly statistics: NonNullable<FederationConfig["statistics"]> | null;
}

/** A client that joined once, whether it is here or not. */
export interface EnrolledClient {
  readonly id: ClientId;
  readonly name: string;
  readonly figures: FiguresFor;
  readonly device: Device | null;
  readonly samples: ToldCounts;
  readonly identity: string | null;
  readonly rank?: number | undefined;
  /** It says that it has finished no round, and has answered none since. */
  readonly isNew?: true | undefined;
  readonly status: "present" | "away" | "left";
  /** Removed by the organiser: may not come back. */
  readonly removed: boolean;
  readonly note: RoundSaying | null;
  readonly lastSeenAt: number;
  /** While away: when the reconnect grace ends. */
  readonly awayUntil: number | null;
  readonly bytesUp: number;
  readonly bytesDown: number;
  /** Of the round in which something crossed the wire last; null before. */
  readonly traffic: (Traffic & { readonly round: number }) | null;
  readonly history: readonly {
    readonly round: number;
    readonly metrics: RoundMetrics;
    readonly standing: UpdateStanding | null;
    readonly traffic?: Traffic;
  }[];
}

/** What counts of one client in one round. */
export interface Submission {
  readonly artifact: ArtifactId | null;
  /** Training rows; 0 where they are not told, as in secure sums. */
  readonly sampleCount: number;
  /** Since the round was opened, without the time that it was paused. */
  readonly tookMs: number;
}

/** An answer of a round that did not wait for it, which counts in the next aggregation. */
export interface LateAnswer {
  readonly clientId: ClientId;
  /** Whose answer it is. */
  readonly round: number;
  readonly artifact: ArtifactId;
  /** See {@link Submission}. */
  readonly sampleCount: number;
}

/** A round that is about to open or to open again. */
export interface NextRound {
  /** Its index in the schedule. */
  readonly index: number;
  /** 1 for the first opening. */
  readonly attempt: number;
  /** Openings that ended with nothing to aggregate. */
  readonly failures: number;
  /** First opening; null before it. */
  readonly firstOpenedAt: number | null;
  /** Exchanges begun so far. */
  readonly exchanges: number;
}

export interface OpenRound extends NextRound {
  readonly firstOpenedAt: number;
  /** This time; moved by the length of the pause. */
  readonly openedAt: number;
  readonly participants: readonly ClientId[];
  /** Of these, who is still at an earlier round, so that nobody waits for it; left out where there is none. */
  readonly behind?: readonly ClientId[];
  /** Whom the organiser does not want to wait for, and who has not answered since; left out where there is none. */
  readonly skipped?: readonly ClientId[];
  readonly submissions: Readonly<Record<ClientId, Submission>>;
  /** Not in force while paused; moved by the length of the pause. */
  readonly deadlineAt: number;
  /** What clients' rows are like is summed, and no round is open yet. */
  readonly forStatistics?: true;
}

export type RoundPhase =
  /** `until`: when a federation that everyone left is given up. */
  | { readonly kind: "waiting"; readonly next: NextRound; readonly until: number | null }
  | { readonly kind: "collecting"; readonly open: OpenRound }
  /** Everybody is ready: what they share is summed securely. */
  | { readonly kind: "exchanging"; readonly open: OpenRound; readonly exchange: Exchange }
  /** `stalled`: the result could not be stored; tried again on resume. `exchange`: how the sum is made, where it is a secure one. */
  | { readonly kind: "aggregating"; readonly open: OpenRound; readonly exchange: Exchange | null; readonly stalled: boolean }
  | { readonly kind: "ended"; readonly how: "finished" | "stopped" | "failed"; readonly reason: RoundSaying };

/** Of whom it is, and their sum. */
export interface MadeStatistics {
  readonly clients: readonly ClientId[];
  readonly sum: RowStatistics;
}

export interface RoundState {
  readonly policy: RoundPolicy;
  /** Time of the last event. */
  readonly at: number;
  readonly createdAt: number;
  readonly endedAt: number | null;
  readonly phase: RoundPhase;
  /** What all rows are like: asked for once, and null before. `made` is null where no sum came about, `exchanges` how many were begun for it. */
  readonly statistics: { readonly made: MadeStatistics | null; readonly exchanges: number } | null;
  /** Nothing opens and nothing closes meanwhile; submissions are kept. */
  readonly paused: { readonly since: number; readonly reason: RoundSaying } | null;
  /** The quorum was reached once, or the organiser waived it. */
  readonly started: boolean;
  readonly clients: readonly EnrolledClient[];
  /** What came late since the last aggregation, one of a client. */
  readonly late: readonly LateAnswer[];
  /** Closed rounds, oldest first. */
  readonly rounds: readonly RoundView[];
  /** The round whose aggregate is the shared adapter; null while it is the initial one. */
  readonly modelRound: number | null;
  /** Aggregation errors of the newest aggregation that was gauged, the worst modules. */
  readonly moduleErrors: readonly ModuleError[];
  /** The newest {@link MAX_LOG_ENTRIES}. */
  readonly log: readonly EventView[];
}

/** Openings of one round that may end with nothing to aggregate before the federation fails. */
export const MAX_FAILURES = 3;
export const MAX_LOG_ENTRIES = 200;
/** Clients that left without having contributed anything, and are still listed. */
export const MAX_IDLE_LEFT = 20;

/** The state right after creation. */
export function initialRoundState(policy: RoundPolicy, at: number): RoundState {
  return {
    policy,
    at,
    createdAt: at,
    endedAt: null,
    phase: { kind: "waiting", next: firstOpening(0), until: null },
    statistics: null,
    paused: null,
    started: false,
    clients: [],
    late: [],
    rounds: [],
    modelRound: null,
    moduleErrors: [],
    log: [eventOf(at, ["created"])],
  };
}

/** A line of the log. */
export const eventOf = (at: number, told: RoundSaying, clientId: ClientId | null = null): EventView => ({
  at,
  text: say(ROUND_SENTENCES, told),
  told,
  clientId,
});

/** A round that was not opened yet. */
export const firstOpening = (index: number): NextRound => ({ index, attempt: 1, failures: 0, firstOpenedAt: null, exchanges: 0 });

/** The round that is collecting, exchanging or aggregating. */
export function openRoundOf({ phase }: RoundState): OpenRound | null {
  return "open" in phase ? phase.open : null;
}

/** The same for whoever looks on: while what rows are like is summed before the first round, none is open. */
export function roundInSight(state: RoundState): OpenRound | null {
  const open = openRoundOf(state);
  return open?.forStatistics ? null : open;
}

/** The secure sum that is under way, or is being made. */
export function exchangeOf({ phase }: RoundState): Exchange | null {
  return phase.kind === "exchanging" || phase.kind === "aggregating" ? phase.exchange : null;
}

/** Whether clients send an adapter in this round by itself. */
export function sendsAdapter(state: RoundState, next: NextRound): boolean {
  return specOf(state, next).uploads && state.policy.exchange === null;
}

/** Whether what clients share in this round is summed securely. */
export function isSummed(state: RoundState, next: NextRound): boolean {
  return specOf(state, next).uploads && state.policy.exchange !== null;
}

/** Whether the clients' figures alone are summed in this round, because it shares no adapter. */
export function isFiguresSum(state: RoundState, next: NextRound): boolean {
  return !specOf(state, next).uploads && state.policy.exchange?.sumsFigures === true;
}

/** Norm that the newest noisy sum says updates are to be clipped to; null before one, and where sums are exact. */
export function clipOf({ rounds }: RoundState): number | null {
  return rounds.findLast(({ means }) => means !== null && means.clip !== null)?.means?.clip ?? null;
}

/** The schedule's entry of a round. */
export function specOf({ policy }: RoundState, { index }: NextRound): RoundSpec {
  return policy.schedule[index] as RoundSpec;
}

/** Present clients needed for a round to open. */
export function clientsNeeded(state: RoundState, next: NextRound): number {
  return Math.max(state.started ? 1 : state.policy.minClients, isSummed(state, next) ? MIN_CLIENTS : 1);
}

/**
 * Clients of the round that are still here and have not submitted. While too few have for the round to go on, those who are behind are among them where
 * nobody else is left to answer, and those who were skipped where not even such are.
 */
export function outstanding(state: RoundState, open: OpenRound): readonly EnrolledClient[] {
  const { behind = [], skipped = [] } = open;
  const unanswered = stillToAnswer(state, open);
  if (behind.length + skipped.length === 0) return unanswered;
  const awaited = unanswered.filter(({ id }) => !setOf(behind).has(id) && !setOf(skipped).has(id));
  if (awaited.length > 0 || canGoOn(state, open)) return awaited;
  const notSkipped = unanswered.filter(({ id }) => !setOf(skipped).has(id));
  return notSkipped.length > 0 ? notSkipped : unanswered;
}

/** Whether the round can be closed with those who have answered: one suffices, and what is summed securely takes several. */
export function canGoOn(state: RoundState, open: OpenRound): boolean {
  const answered = Object.keys(open.submissions);
  // In the last round nobody shares an adapter: there are figures to be summed, or nothing is.
  const sumsNothing = specOf(state, open).stage === "fusing" && !isFiguresSum(state, open);
  if (state.policy.exchange === null || sumsNothing) return answered.length > 0;
  return answered.filter((id) => enrolled(state, id)?.status !== "left").length >= MIN_CLIENTS;
}

/** Clients of the round that are still here and have not submitted, waited for or not. */
export function stillToAnswer(state: RoundState, open: OpenRound): readonly EnrolledClient[] {
  return open.participants.flatMap((id) => outstandingIn(state, open, id) ?? []);
}

/** Whether {@link outstanding} has anybody: asked after every event, so it stops at the first. */
export function isAnyOutstanding(state: RoundState, open: OpenRound): boolean {
  if (open.behind || open.skipped) return outstanding(state, open).length > 0;
  return open.participants.some((id) => outstandingIn(state, open, id) !== null);
}

function outstandingIn(state: RoundState, { submissions }: OpenRound, clientId: ClientId): EnrolledClient | null {
  if (clientId in submissions) return null;
  const client = enrolled(state, clientId);
  return client && client.status !== "left" ? client : null;
}

/** The client of that id; undefined where none ever joined under it. */
export function enrolled(state: RoundState, clientId: ClientId): EnrolledClient | undefined {
  return state.clients[placeOf(state.clients, clientId)];
}
