/**
 * The state of a federation's rounds: JSON-serialisable, without tensors, sockets, timers or secrets.
 * Adapters appear as handles ({@link ArtifactId}); all instants are milliseconds on the coordinator's clock.
 */
import type { Device, RoundMetrics, SampleCounts } from "../protocol/metrics.ts";
import type { EventView, ModuleError, RoundView } from "../protocol/snapshot.ts";
import type { UpdateStanding } from "../robustness/updateStanding.ts";
import type { Stage } from "../schedule/roundNumbers.ts";

export type ClientId = string;
/** Name of a stored adapter. */
export type ArtifactId = string;

/** One round as the method planned it. */
export interface RoundSpec {
  readonly round: number;
  readonly stage: Stage;
  /** Clients start from the coordinator's shared adapter. */
  readonly receives: boolean;
  /** Clients send an adapter, so the round ends with an aggregation. */
  readonly uploads: boolean;
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
}

/** A client that joined once, whether it is here or not. */
export interface EnrolledClient {
  readonly id: ClientId;
  readonly name: string;
  readonly device: Device;
  readonly samples: SampleCounts;
  readonly status: "present" | "away" | "left";
  /** Removed by the organiser: may not come back. */
  readonly removed: boolean;
  readonly note: string | null;
  readonly lastSeenAt: number;
  /** While away: when the reconnect grace ends. */
  readonly awayUntil: number | null;
  readonly bytesUp: number;
  readonly bytesDown: number;
  readonly history: readonly {
    readonly round: number;
    readonly metrics: RoundMetrics;
    readonly standing: UpdateStanding | null;
  }[];
}

/** What counts of one client in one round. */
export interface Submission {
  readonly artifact: ArtifactId | null;
  readonly sampleCount: number;
  /** Nats; null when nothing was trained. */
  readonly trainLoss: number | null;
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
}

export interface OpenRound extends NextRound {
  readonly firstOpenedAt: number;
  readonly participants: readonly ClientId[];
  readonly submissions: Readonly<Record<ClientId, Submission>>;
  /** Not in force while paused; moved by the length of the pause. */
  readonly deadlineAt: number;
}

export type RoundPhase =
  /** `until`: when a federation that everyone left is given up. */
  | { readonly kind: "waiting"; readonly next: NextRound; readonly until: number | null }
  | { readonly kind: "collecting"; readonly open: OpenRound }
  /** `stalled`: the result could not be stored; tried again on resume. */
  | { readonly kind: "aggregating"; readonly open: OpenRound; readonly stalled: boolean }
  | { readonly kind: "ended"; readonly how: "finished" | "stopped" | "failed"; readonly reason: string };

export interface RoundState {
  readonly policy: RoundPolicy;
  /** Time of the last event. */
  readonly at: number;
  readonly createdAt: number;
  readonly endedAt: number | null;
  readonly phase: RoundPhase;
  /** Nothing opens and nothing closes meanwhile; submissions are kept. */
  readonly paused: { readonly since: number; readonly reason: string } | null;
  /** The quorum was reached once, or the organiser waived it. */
  readonly started: boolean;
  readonly clients: readonly EnrolledClient[];
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
    phase: { kind: "waiting", next: { index: 0, attempt: 1, failures: 0, firstOpenedAt: null }, until: null },
    paused: null,
    started: false,
    clients: [],
    rounds: [],
    modelRound: null,
    moduleErrors: [],
    log: [{ at, text: "The federation was created", clientId: null }],
  };
}

/** The round that is collecting or aggregating. */
export function openRoundOf({ phase }: RoundState): OpenRound | null {
  return phase.kind === "collecting" || phase.kind === "aggregating" ? phase.open : null;
}

/** The schedule's entry of a round. */
export function specOf({ policy }: RoundState, { index }: NextRound): RoundSpec {
  return policy.schedule[index] as RoundSpec;
}

/** Clients of the round that are still here and have not submitted. */
export function outstanding(state: RoundState, open: OpenRound): readonly EnrolledClient[] {
  const participants = new Set(open.participants);
  return state.clients.filter(({ id, status }) => status !== "left" && participants.has(id) && !(id in open.submissions));
}

/** The client of that id; undefined where none ever joined under it. */
export function enrolled(state: RoundState, clientId: ClientId): EnrolledClient | undefined {
  return state.clients.find(({ id }) => id === clientId);
}
