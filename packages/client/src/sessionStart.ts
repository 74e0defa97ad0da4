/** From what a session begins: who the client is, and what its device kept of it. Pure. */
import type { KeptClient } from "@duet/lora-core/contract/clientRound";
import { bytesOf } from "@duet/lora-core/protocol/baseModel";
import { isExit } from "@duet/lora-core/protocol/exits";
import type { FederationConfig } from "@duet/lora-core/protocol/federationConfig";
import { figuresInForce } from "@duet/lora-core/protocol/figures";
import type { ClientIdentity, ClientSecrets } from "./clientIdentity.ts";
import { keptAdapters } from "./keptAdapters.ts";
import { standingOf } from "./nextAction.ts";
import type { SessionMachine } from "./sessionMachine.ts";
import { ownFigures, type SessionState } from "./sessionState.ts";

export interface SessionStart {
  readonly config: FederationConfig;
  /** A new client, or one that comes back: then with its ids. */
  readonly identity: Pick<ClientIdentity, "inviteToken" | "name" | "figures"> & {
    readonly known: ClientIdentity | null;
    /** Of one that asked to join before a reload, and keeps its place. */
    readonly asking?: ClientSecrets | null;
    /** Chosen for a new client, where clients may have their own rank. Null or left out: what its device holds. */
    readonly rank?: number | null | undefined;
  };
  /** What this device kept of one that comes back. */
  readonly kept: KeptClient;
}

/** Of a client that begins, or shows what it has kept where it takes part no more. */
export function initialMachine({ config, identity, kept }: SessionStart): SessionMachine {
  const { known, name } = identity;
  const removed = known?.removed ?? null;
  const view: SessionState = {
    stage:
      removed === null
        ? { kind: "loadingModel", download: { receivedBytes: 0, totalBytes: bytesOf(config.model) }, seconds: 0 }
        : { kind: "removed", reason: removed, why: isExit(known?.exit) ? known.exit : null },
    name,
    figures: figuresInForce(config, identity.figures),
    clientId: known?.clientId ?? null,
    device: null,
    samples: null,
    canResume: true,
    modelKept: true,
    confusion: kept.done?.confusion ?? null,
    personalConfusion: kept.done?.personalConfusion ?? null,
    own: ownFigures(kept.done),
    adapters: keptAdapters(kept),
    notes: [],
    losses: [],
  };
  return {
    view,
    engine: removed === null ? "opening" : "ended",
    membership: "none",
    snapshot: null,
    doing: null,
    standing: standingOf(kept.done),
    summing: null,
    resting: false,
    hiddenAt: null,
    sleptIn: null,
  };
}
