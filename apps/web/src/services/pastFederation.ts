/** What this browser remembers of a federation that it took part in to the end: who it was, and what came of it. No rows, no adapters. */
import { clientIdentity } from "@duet/client/clientIdentity";
import type { SessionState } from "@duet/client/sessionState";
import { federationConfig } from "@duet/lora-core/protocol/federationConfig";
import { sampleCounts } from "@duet/lora-core/protocol/metrics";
import type { Snapshot } from "@duet/lora-core/protocol/snapshot";
import { isLocalLearning } from "@duet/lora-core/schedule/roundNumbers";
import { z } from "zod";
import { tellsTraffic } from "../lib/toldFigures.ts";

const fraction = z.number().min(0).max(1).nullable();

export const pastFederation = z.object({
  version: z.literal(1),
  config: federationConfig,
  federationId: z.string(),
  clientId: z.string(),
  /** By which any tab of this browser comes back; null once that was forgotten. */
  identity: clientIdentity.nullable(),
  /** Put away from the front page, not forgotten. */
  isArchived: z.boolean(),
  createdAt: z.number(),
  endedAt: z.number(),
  clients: z.number().int(),
  samples: sampleCounts,
  /** This client's own, on its own test rows. */
  accuracy: z.object({ base: fraction, personal: fraction, shared: fraction, fused: fraction }),
  /** Of its personal adapter before the first exchange; null where the method has no such round, or nobody was told. */
  alone: fraction,
  /** Of this client on the wire; null where its traffic is told to nobody, itself included. */
  bytesUp: z.number().nullable(),
  bytesDown: z.number().nullable(),
});
export type PastFederation = z.output<typeof pastFederation>;

/** What its page shows where the coordinator is away, or has it no more: no rounds, and no clients. */
export function partingOf({ federationId, config, createdAt, endedAt }: PastFederation): Snapshot {
  return {
    federationId,
    revision: 0,
    config,
    phase: "finished",
    note: "",
    createdAt,
    endedAt,
    joining: "closed",
    waiting: 0,
    openRound: null,
    rounds: [],
    moduleErrors: [],
    clients: [],
    events: [],
    adapterBytes: 0,
    modelBytes: 0,
  };
}

/** Null before its end, and of a tab that knows no figures. */
export function pastFederationOf(
  { federationId, config, createdAt, endedAt, clients }: Snapshot,
  { clientId, own, samples, stage }: Pick<SessionState, "clientId" | "own" | "samples" | "stage">,
  identity: PastFederation["identity"],
): PastFederation | null {
  if (stage.kind !== "finished" || endedAt === null || clientId === null || !own || !samples) return null;
  const me = clients.find(({ id }) => id === clientId);
  const traffic = me && tellsTraffic(me, config) ? me : null;
  const alone = me?.history.find(({ round }) => isLocalLearning(round))?.metrics.accuracy.personal ?? null;
  return {
    version: 1,
    config,
    federationId,
    clientId,
    identity,
    isArchived: false,
    createdAt,
    endedAt,
    clients: clients.length,
    samples,
    accuracy: own.accuracy,
    alone,
    bytesUp: traffic?.bytesUp ?? null,
    bytesDown: traffic?.bytesDown ?? null,
  };
}
