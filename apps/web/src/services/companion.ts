/**
 * A simulated participant: a client of its own in this page, with its own worker, socket and share of a sample, so that who only wants to
 * see how it goes need not find a second person. To the coordinator and to everybody else it is a client like any other.
 */
import { createCoordinatorClient } from "@duet/client/coordinatorClient";
import { type FederatedSession, startFederatedSession } from "@duet/client/federatedSession";
import { openFederationFeed } from "@duet/client/federationFeed";
import { createSentLedger } from "@duet/client/sentLedger";
import { isTakingPart } from "@duet/client/sessionState";
import { leastFigures } from "@duet/lora-core/protocol/figures";
import type { SampleId } from "@duet/lora-core/scenarios/samples";
import { baseUrl } from "../lib/baseUrl.ts";
import type { TabEngine } from "../worker/tabEngine.ts";
import { createWorkerEngine } from "../worker/workerEngine.ts";
import { companionIdentities as identities } from "./companionIdentities.ts";

export interface CompanionRequest {
  readonly federationId: string;
  readonly inviteToken: string;
  readonly sample: SampleId;
  /** Which share of the sample it has. */
  readonly share: number;
  /** What it is called, by the name of its share. */
  readonly nameOf: (share: string) => string;
}

/** What it had on the device is forgotten once it takes part no more. */
export interface Companion {
  /** It ends with the page, or by this; a reload brings it back. */
  stop(): void;
  /** For good. */
  leave(): Promise<void>;
}

/** Joins as a new client. */
export async function startCompanion({ federationId, inviteToken, sample, share, nameOf }: CompanionRequest): Promise<Companion> {
  const parts = partsOf(federationId, inviteToken);
  const { config } = await parts.snapshot();
  const { share: from, data } = await parts.engine.connectSample(sample, share, config.seed);
  const identity = { inviteToken, name: nameOf(from), figures: leastFigures(config), known: null };
  return run(parts, startFederatedSession({ ...parts, config, identity, rows: data.rows, start: null, kept: NOTHING_KEPT }));
}

/** Comes back after a reload of the page that started it; null where there was none. */
export async function resumeCompanion(federationId: string): Promise<Companion | null> {
  const known = identities.identity(federationId);
  if (!known || known.removed !== null) return null;
  const parts = partsOf(federationId, known.resumeToken);
  const kept = await parts.engine.recall(known.clientId);
  if (!kept) {
    identities.forgetIdentity(federationId);
    parts.close();
    return null;
  }
  const { config } = await parts.snapshot();
  const identity = { ...known, known };
  return run(parts, startFederatedSession({ ...parts, config, identity, rows: kept.rows, start: null, kept }));
}

const NOTHING_KEPT = { checkpoint: null, done: null };

function partsOf(federationId: string, token: string) {
  const now = () => Date.now();
  const coordinator = createCoordinatorClient({ url: baseUrl(), ledger: createSentLedger(now), now });
  const feed = openFederationFeed(coordinator, federationId, { tokens: () => [token] });
  return {
    coordinator,
    feed,
    identities,
    // What it rejects with the session sees by itself.
    engine: createWorkerEngine({ baseUrl: coordinator.baseUrl, mostThreads: null, onEnd: () => {} }),
    backend: null,
    now,
    snapshot: () => coordinator.watch(federationId, token),
    close() {
      feed.close();
      coordinator.close();
    },
  };
}

function run(parts: ReturnType<typeof partsOf>, session: FederatedSession<TabEngine>): Companion {
  const stop = () => {
    session.close();
    parts.close();
  };
  session.subscribe(() => {
    const state = session.get();
    if (isTakingPart(state)) return;
    identities.forgetIdentity(session.federationId);
    const forgotten = state.clientId === null ? Promise.resolve() : session.engine.forget(state.clientId);
    void forgotten.catch(() => undefined).then(stop);
  });
  return { stop, leave: session.leave };
}
