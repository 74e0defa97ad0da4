/** The whole visible state of a federation: pushed on every change, idempotent, what every dashboard renders. No secrets. */
import { z } from "zod";
import { updateStanding } from "../robustness/updateStanding.ts";
import { told } from "../sayings/saying.ts";
import { STAGES } from "../schedule/roundNumbers.ts";
import { dataStatistics } from "./dataStatistics.ts";
import { exchangeStep } from "./exchange.ts";
import { displayName, federationConfig } from "./federationConfig.ts";
import { figuresFor } from "./figures.ts";
import { MAX_MODULE_ERRORS } from "./limits.ts";
import { device, identityKey, ownRank, progress, roundMeans, roundMetrics, toldCounts } from "./metrics.ts";
import { joining } from "./organiserView.ts";

const bytes = z.number().int().min(0);
/** Milliseconds since the epoch on the coordinator's clock. */
const instant = z.number().min(0);

/** What crossed the wire both ways, by the coordinator's count. */
export const traffic = z.strictObject({ up: bytes, down: bytes });
export type Traffic = z.output<typeof traffic>;

/** One client in one round. `traffic`: of this round, with its secure sums and what was sent again; left out where it is not told. */
export const historyEntry = z.strictObject({
  round: z.number().int(),
  metrics: roundMetrics,
  standing: updateStanding.nullable(),
  traffic: traffic.optional(),
});

export const clientView = z.strictObject({
  id: z.string(),
  name: displayName,
  /** Who is told what follows of it: where that is not who looks on, device and counts are null and nothing in its history is measured. */
  figures: figuresFor,
  device: device.nullable(),
  samples: toldCounts,
  /** By which the others know whose keys they have in a secure sum; null where there are none. */
  identity: identityKey.nullable(),
  /** Of its adapters, where that is less than the federation's. */
  rank: ownRank.optional(),
  /** present: connected; away: connection lost, may come back; left: gone for good. */
  status: z.enum(["present", "away", "left"]),
  /** Why it left, or why it was left out of the last round; one sentence. */
  note: z.string().nullable(),
  /** The same as data, of `ROUND_SENTENCES`; left out by a coordinator that tells none. */
  told: told.nullish(),
  lastSeenAt: instant,
  progress: progress.nullable(),
  /** On the wire; 0 and not told where clients may have ranks of their own and this one does not tell its figures to who looks on. */
  bytesUp: bytes,
  bytesDown: bytes,
  /** By round, oldest first: what it reported, and how its update stood among the others'; null until there was an aggregation. */
  history: z.array(historyEntry),
});
export type ClientView = z.output<typeof clientView>;

/** Of clients whose share is below 1: how much of a round's steps they do (strategies/workShare.ts). Left out where there is none. */
const workShares = z.record(z.string(), z.number().positive().max(1)).optional();

export const roundView = z.strictObject({
  round: z.number().int(),
  stage: z.enum(STAGES),
  openedAt: instant,
  closedAt: instant.nullable(),
  /** Clients the round waits or waited for. */
  participants: z.array(z.string()),
  /** Clients whose submission counted. */
  aggregated: z.array(z.string()),
  /** Mean training loss of the counted clients, weighted by rows, nats; of those that tell everybody, where no secure sum has it. */
  meanLoss: z.number().nullable(),
  /**
   * How far what is served is from the mean of what the clients learned, relative to that mean; 0 is exact. It follows a while after the
   * round has closed. Null in a round without an aggregation, and where a method leaves it undefined.
   */
  aggregationError: z.number().min(0).nullable(),
  /** Over the counted clients' rows, from their secure sum; null where each client told its own figures, or there was no sum. */
  means: roundMeans.nullable(),
  /** Secure sums begun for it, of the first round also that of what rows are like; 0 where what clients shared was sent as it is. */
  exchanges: z.number().int().min(0),
  /** Seconds from the opening to each answer, without pauses, by the coordinator's clock; once it is closed. */
  took: z.record(z.string(), z.number().min(0)).optional(),
  shares: workShares,
  /** Participants that were still at an earlier round as it opened, so that it did not wait for them; left out where there were none. */
  behind: z.array(z.string()).optional(),
  /** Clients whose answer of an earlier round counted in this one, or will, and the round that it is of; left out where there is none. */
  late: z.record(z.string(), z.number().int()).optional(),
});
export type RoundView = z.output<typeof roundView>;

/** The same per adapted module, for the newest aggregation of which it is known: the worst ones. */
export const moduleError = z.strictObject({ module: z.string().max(120), error: z.number().min(0) });
export type ModuleError = z.output<typeof moduleError>;

/** `told` is `text` as data, of `ROUND_SENTENCES`. */
export const eventView = z.strictObject({
  at: instant,
  text: z.string(),
  told: told.optional(),
  clientId: z.string().nullable(),
});
export type EventView = z.output<typeof eventView>;

/**
 * waiting: for clients; collecting: a round is open; exchanging: what clients share is summed securely; aggregating; paused by the
 * organiser; then one of three ends.
 */
export const phase = z.enum(["waiting", "collecting", "exchanging", "aggregating", "paused", "finished", "stopped", "failed"]);
export type Phase = z.output<typeof phase>;

export const snapshot = z.strictObject({
  federationId: z.string(),
  /** Grows with every change; a lower one than seen is stale. */
  revision: z.number().int().min(0),
  config: federationConfig,
  phase,
  /** Why it is in this phase and what happens next, one sentence. */
  note: z.string(),
  /** The same as data, of `ROUND_SENTENCES`. */
  told: z.array(told).max(4).readonly().nullish(),
  createdAt: instant,
  endedAt: instant.nullable(),
  /** Who may join that is not in yet. */
  joining,
  /** How many wait for the organiser to admit them. */
  waiting: z.number().int().min(0),
  /** The open round; its number is what a submission must carry. Null before the first and after the last. */
  openRound: z
    .strictObject({
      round: z.number().int(),
      attempt: z.number().int(),
      participants: z.array(z.string()),
      /** Participants whose submission the coordinator has. */
      submitted: z.array(z.string()),
      deadlineAt: instant.nullable(),
      shares: workShares,
      /** Participants that were still at an earlier round as it opened: it does not wait for them. Left out where there is none. */
      behind: z.array(z.string()).optional(),
      /** Participants that have not answered, and whom the organiser does not want to wait for. Left out where there is none. */
      skipped: z.array(z.string()).optional(),
      /** Closed rounds whose answers these clients may still give; left out where there is none. */
      stillTaken: z.record(z.string(), z.array(z.number().int())).optional(),
      /** The secure sum that is under way; null before it, and where there is none. */
      exchange: z
        .strictObject({
          attempt: z.number().int(),
          step: exchangeStep,
          /** Clients whose answer this step waits for, and those who gave it. */
          asked: z.array(z.string()),
          answered: z.array(z.string()),
          /** Norm that updates are clipped to, of a noisy sum after the first one; see RoundMeans. */
          clip: z.number().positive().nullable(),
        })
        .nullable(),
    })
    .nullable(),
  /** What all rows are like; left out where nobody is asked. */
  statistics: dataStatistics.optional(),
  /**
   * Clients that have finished no round and now learn alone, as the others did in the first one: no round waits for them. Each says that it is done by
   * `round:submit` of that round, without an adapter, and takes part from the next one on. Left out where the method asks for nothing of the kind.
   */
  catchingUp: z.array(z.string()).optional(),
  rounds: z.array(roundView),
  moduleErrors: z.array(moduleError).max(MAX_MODULE_ERRORS),
  clients: z.array(clientView),
  events: z.array(eventView),
  /** Bytes of one adapter on the wire, and of the whole base model as float32: "a full model would have been". */
  adapterBytes: bytes,
  modelBytes: bytes,
});
export type Snapshot = z.output<typeof snapshot>;
