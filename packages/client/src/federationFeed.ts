/** The newest snapshot of one federation, kept up to date across reconnections. */

import { explain, type FailureText } from "@duet/lora-core/errors/duetError";
import type { Snapshot } from "@duet/lora-core/protocol/snapshot";
import type { CoordinatorClient } from "./coordinatorClient.ts";
import { createStore, type ReadableStore } from "./store.ts";

export type FeedState =
  | { readonly kind: "loading" }
  | { readonly kind: "live"; readonly snapshot: Snapshot }
  | { readonly kind: "refused"; readonly failure: FailureText };

export interface FederationFeed extends ReadableStore<FeedState> {
  readonly federationId: string;
  /** A snapshot that came as part of an answer, newer by definition. */
  accept(snapshot: Snapshot): void;
  close(): void;
}

/** `token` is the watch token, or the invite token of a participant. */
export function openFederationFeed(coordinator: CoordinatorClient, federationId: string, token: string): FederationFeed {
  const store = createStore<FeedState>({ kind: "loading" });
  const accept = (snapshot: Snapshot) => store.set({ kind: "live", snapshot });

  async function watch(): Promise<void> {
    try {
      accept(await coordinator.watch(federationId, token));
    } catch (error) {
      if (store.get().kind !== "live") store.set({ kind: "refused", failure: explain(error) });
    }
  }

  const stops = [
    coordinator.onReady(() => void watch()),
    coordinator.onSnapshot((snapshot) => {
      if (snapshot.federationId === federationId && !isStale(store.get(), snapshot)) accept(snapshot);
    }),
  ];
  if (coordinator.status.get().kind === "ready") void watch();

  return {
    federationId,
    get: store.get,
    subscribe: store.subscribe,
    accept,
    close() {
      for (const stop of stops) stop();
    },
  };
}

/** Pushes may overtake one another. */
const isStale = (current: FeedState, next: Snapshot): boolean =>
  current.kind === "live" && next.revision < current.snapshot.revision;
