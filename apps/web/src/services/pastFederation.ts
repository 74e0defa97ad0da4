/** What this browser remembers of a federation in which it takes part no more: who it was, and what came of it. No rows, no adapters. */
import { clientIdentity } from "@duet/client/clientIdentity";
import type { SessionState } from "@duet/client/sessionState";
import { federationConfig } from "@duet/lora-core/protocol/federationConfig";
import { sampleCounts } from "@duet/lora-core/protocol/metrics";
import { type Snapshot, snapshot as snapshotSchema } from "@duet/lora-core/protocol/snapshot";
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
  /** Why it was out before the end; null of one that took part to the end. */
  out: z.enum(["removed", "failed"]).nullable().default(null),
  /** Where it stood then, for the others; null of one that took part to the end. */
  phase: snapshotSchema.shape.phase.nullable().default(null),
  createdAt: z.number(),
  endedAt: z.number(),
  clients: z.number().int(),
  /** Null of one that was out before this tab had counted them. */
  samples: sampleCounts.nullable(),
  /** This client's own, on its own test rows. */
  accuracy: z.object({ base: fraction, personal: fraction, shared: fraction, fused: fraction }),
  /** What learning alone reached; null where it was not compared. */
  alone: fraction,
  /** What learned alone is used here in place of what the method serves, by choice. */
  usesAlone: z.boolean().default(false),
  /** Of this client on the wire; null where its traffic is told to nobody, itself included. */
  bytesUp: z.number().nullable(),
  bytesDown: z.number().nullable(),
});
export type PastFederation = z.output<typeof pastFederation>;

/** What its page shows where the coordinator is away, or has it no more: no rounds, and no clients. */
export function partingOf({ federationId, config, createdAt, endedAt, out, phase }: PastFederation): Snapshot {
  return {
    federationId,
    revision: 0,
    config,
    phase: phase ?? "finished",
    note: "",
    createdAt,
    endedAt: out === null ? endedAt : null,
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

const NO_ACCURACY = { base: null, personal: null, shared: null, fused: null };

/** Null of one that takes part, of a tab that knows no figures at the end, and of one that was out before it had learned anything. */
export function pastFederationOf(
  { federationId, config, phase, createdAt, endedAt, clients }: Snapshot,
  state: Pick<SessionState, "clientId" | "own" | "samples" | "stage" | "adapters">,
  identity: PastFederation["identity"],
  now: number,
): PastFederation | null {
  const { clientId, own, samples, stage } = state;
  const out = outBy(state);
  const isOver = stage.kind === "finished" && endedAt !== null && own !== null && samples !== null;
  if (clientId === null || (!isOver && out === null)) return null;
  const me = clients.find(({ id }) => id === clientId);
  const traffic = me && tellsTraffic(me, config) ? me : null;
  return {
    version: 1,
    config,
    federationId,
    clientId,
    identity: identity && stage.kind === "removed" ? { ...identity, removed: stage.reason, exit: stage.why } : identity,
    isArchived: false,
    out,
    phase: out === null ? null : phase,
    createdAt,
    endedAt: endedAt ?? now,
    clients: clients.length,
    samples,
    accuracy: own?.accuracy ?? NO_ACCURACY,
    alone: own?.alone?.accuracy ?? null,
    usesAlone: false,
    bytesUp: traffic?.bytesUp ?? null,
    bytesDown: traffic?.bytesDown ?? null,
  };
}

/** Who left keeps nothing; what was taken over goes on in another tab, which has the same adapters. */
function outBy({ stage, adapters }: Pick<SessionState, "stage" | "adapters">): PastFederation["out"] {
  if (adapters === null) return null;
  if (stage.kind === "failed") return "failed";
  return stage.kind === "removed" && stage.why !== "left" && stage.why !== "elsewhere" ? "removed" : null;
}
