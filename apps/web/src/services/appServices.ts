/** Everything the pages work with, made once per tab. The only place that constructs sockets, workers and stores. */
import type { DeviceLimits } from "@duet/lora-core/architectures/deviceLimits";
import { type BackendName, backendName } from "@duet/lora-core/protocol/metrics";
import type { Snapshot } from "@duet/lora-core/protocol/snapshot";
import { createStore, type ReadableStore } from "../lib/store.ts";
import type { ConnectedData } from "../worker/tabEngine.ts";
import { createWorkerEngine, type WorkerEngine } from "../worker/workerEngine.ts";
import { type CoordinatorClient, createCoordinatorClient } from "./coordinatorClient.ts";
import { type FederatedSession, startFederatedSession } from "./federatedSession.ts";
import { type FederationFeed, openFederationFeed } from "./federationFeed.ts";
import { createSentLedger, type SentLedger } from "./sentLedger.ts";
import { startingPoint } from "./startingPoint.ts";
import { type ClientRecord, createTabStorage, type Member, type TabStorage } from "./tabStorage.ts";

export interface JoinRequest {
  readonly federationId: string;
  readonly inviteToken: string;
  readonly name: string;
  readonly data: ConnectedData;
  /** The personal adapter to go on from, as a blob; null starts where the federation starts. */
  readonly personal: Uint8Array | null;
}

export interface AppServices {
  readonly coordinator: CoordinatorClient;
  readonly ledger: SentLedger;
  readonly storage: TabStorage;
  /** This tab as a client; null while it is none. */
  readonly session: ReadableStore<FederatedSession | null>;
  /** The tab's worker, started on first use. */
  engine(): WorkerEngine;
  /** How much memory this device allows on the backend that will compute. */
  deviceLimits(): Promise<DeviceLimits>;
  /** The feed of a federation; the one before is closed when it is another. */
  feed(federationId: string, token: string): FederationFeed;
  /** Becomes a new client. */
  join(request: JoinRequest): Promise<void>;
  /** Comes back as the client this tab was before a reload; false when it was none. */
  resume(federationId: string): Promise<boolean>;
}

export function createAppServices(): AppServices {
  const now = () => Date.now();
  const backend = forcedBackend();
  const ledger = createSentLedger(now);
  const coordinator = createCoordinatorClient({ url: "", ledger, now });
  const storage = createTabStorage();
  const session = createStore<FederatedSession | null>(null);
  let engine: WorkerEngine | null = null;
  let feed: { readonly token: string; readonly feed: FederationFeed } | null = null;

  function currentEngine(): WorkerEngine {
    engine ??= createWorkerEngine();
    return engine;
  }

  function feedOf(federationId: string, token: string): FederationFeed {
    if (feed?.feed.federationId === federationId && feed.token === token) return feed.feed;
    feed?.feed.close();
    feed = { token, feed: openFederationFeed(coordinator, federationId, token) };
    return feed.feed;
  }

  async function start(
    federationId: string,
    identity: { readonly inviteToken: string; readonly name: string; readonly member: Member | null },
    recordOf: (snapshot: Snapshot) => Promise<ClientRecord>,
  ): Promise<void> {
    session.get()?.close();
    const { snapshot } = await coordinator.request("federation:watch", { federationId, token: identity.inviteToken });
    const record = await recordOf(snapshot);
    const owned = currentEngine();
    // The session ends this worker when it is over; the next one gets a fresh one.
    engine = null;
    session.set(
      startFederatedSession({
        coordinator,
        feed: feedOf(federationId, identity.inviteToken),
        storage,
        engine: owned,
        now,
        backend,
        config: snapshot.config,
        identity,
        record,
      }),
    );
  }

  return {
    coordinator,
    ledger,
    storage,
    session,
    engine: currentEngine,
    deviceLimits: () => currentEngine().deviceLimits(backend),
    feed: feedOf,
    join: ({ federationId, inviteToken, name, data, personal }) =>
      start(federationId, { inviteToken, name, member: null }, async (snapshot) => ({
        split: data.split,
        checkpoint: await startingPoint(snapshot, inviteToken, personal),
        done: null,
        savedAt: now(),
      })),
    async resume(federationId) {
      const member = storage.member(federationId);
      const record = member && (await storage.record(member.clientId).catch(() => null));
      if (!member || !record) {
        storage.forgetMember(federationId);
        return false;
      }
      if (session.get()?.federationId === federationId) return true;
      await start(federationId, { ...member, member }, async () => record);
      return true;
    },
  };
}

/** `?backend=webgpu` (or wasm, cpu) forces one, to compare and to test; anything else is no choice. */
function forcedBackend(): BackendName | null {
  return backendName.safeParse(new URLSearchParams(location.search).get("backend")).data ?? null;
}
