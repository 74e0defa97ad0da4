/** One line of a journal. The types of this schema and of the round machine's events are checked against each other by their use. */

import { sha256Hex } from "@duet/lora-core/protocol/blobs";
import { rowStatistics } from "@duet/lora-core/protocol/dataStatistics";
import { exchangeKey } from "@duet/lora-core/protocol/exchange";
import { displayName } from "@duet/lora-core/protocol/federationConfig";
import { figuresFor } from "@duet/lora-core/protocol/figures";
import { device, identityKey, ownRank, roundMeans, roundMetrics, toldCounts } from "@duet/lora-core/protocol/metrics";
import { moduleError } from "@duet/lora-core/protocol/snapshot";
import { updateStanding } from "@duet/lora-core/robustness/updateStanding";
import { z } from "zod";
import type { StoredFormat } from "./storedFormat.ts";

const at = z.number();
const clientId = z.string().min(1);
const round = z.number().int();
const introduction = z.strictObject({
  name: displayName,
  figures: figuresFor,
  device: device.nullable(),
  samples: toldCounts,
  identity: identityKey.nullable(),
  rank: ownRank.optional(),
  isNew: z.literal(true).optional(),
});
/** Outlives what was sent. */
const sha256 = sha256Hex.nullable();

/** An event without further facts than who and when. */
const plain = <T extends string>(type: T) => z.strictObject({ type: z.literal(type), at });
const ofClient = <T extends string>(type: T) => z.strictObject({ type: z.literal(type), clientId, at });
const introduced = <T extends string>(type: T) => z.strictObject({ type: z.literal(type), clientId, introduction, at });

const roundEvent = z.discriminatedUnion("type", [
  introduced("clientJoined"),
  introduced("clientReturned"),
  ofClient("clientAway"),
  ofClient("clientLeft"),
  ofClient("clientRemoved"),
  ofClient("graceExpired"),
  ofClient("fetched").extend({ bytes: z.number() }),
  ofClient("submitted").extend({
    round,
    artifact: z.string().nullable(),
    sha256,
    bytes: z.number(),
    metrics: roundMetrics,
  }),
  plain("deadlinePassed").extend({ round, attempt: z.number().int(), patient: z.literal(true).optional() }),
  ofClient("exchanged").extend({ ...exchangeKey.shape, artifact: z.string(), sha256, bytes: z.number() }),
  plain("exchangeFailed").extend({ round, attempt: z.number().int(), reason: z.string() }),
  plain("exchangeDeadlinePassed").extend(exchangeKey.shape),
  plain("waitExpired"),
  plain("aggregated").extend({
    round,
    error: z.number().nullable(),
    moduleErrors: z.array(moduleError).readonly(),
    standings: z.array(updateStanding.extend({ clientId })).readonly(),
    means: roundMeans.nullable(),
  }),
  plain("counted").extend({ round, statistics: rowStatistics }),
  plain("gauged").extend({ round, error: z.number(), moduleErrors: z.array(moduleError).readonly() }),
  plain("aggregationFailed").extend({ round, cause: z.enum(["storage", "method"]), reason: z.string() }),
  ofClient("submissionDamaged").extend({ round }),
  plain("started"),
  plain("paused"),
  plain("resumed"),
  plain("roundClosed"),
  ofClient("clientSkipped"),
  plain("stopped"),
  plain("restarted"),
]);

const journalEntry = z.strictObject({
  event: roundEvent,
  /** With `clientJoined`: SHA-256 of the client's resume token. */
  resumeHash: z.string().optional(),
});
export type JournalEntry = z.output<typeof journalEntry>;

/** In version 1 an aggregation was told together with its error; whatever it says is still said so. */
const fromVersion1 = (entry: unknown): unknown => entry;

/** Version 2 knew nothing of how updates stood. */
function fromVersion2(older: unknown): unknown {
  const { event, ...entry } = older as { readonly event: { readonly type?: unknown } };
  return { ...entry, event: event?.type === "aggregated" ? { ...event, standings: [] } : event };
}

/** Version 3 knew of no secure sums. */
function fromVersion3(older: unknown): unknown {
  const { event, ...entry } = older as { readonly event: { readonly type?: unknown } };
  if (event?.type === "aggregated") return { ...entry, event: { ...event, means: null } };
  const { introduction } = event as { readonly introduction?: object };
  return { ...entry, event: introduction ? { ...event, introduction: { ...introduction, identity: null } } : event };
}

/** Until version 4 everybody saw every client's figures, and of what was sent nothing was kept once it was aggregated. */
function fromVersion4(older: unknown): unknown {
  const { event, ...entry } = older as { readonly event: { readonly type?: unknown; readonly introduction?: object } };
  const { type, introduction } = event;
  if (type === "submitted" || type === "exchanged") return { ...entry, event: { ...event, sha256: null } };
  if (!introduction) return older;
  return { ...entry, event: { ...event, introduction: { ...introduction, figures: "everybody" } } };
}

/** Lines of version 1 were first written without their version. */
export const journalFormat: StoredFormat<JournalEntry> = {
  schema: journalEntry,
  migrations: [fromVersion1, fromVersion2, fromVersion3, fromVersion4],
};
