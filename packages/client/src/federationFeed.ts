/** The newest snapshot of one federation, kept up to date across reconnections. */

import { explain, type FailureText, hasCode } from "@duet/lora-core/errors/duetError";
import type { Snapshot } from "@duet/lora-core/protocol/snapshot";
import type { CoordinatorClient } from "./coordinatorClient.ts";
import { createRetry } from "./retry.ts";
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

export interface FeedOptions {
  /** Those that may open it, tried in turn: a link's, a client's resume token. */
  readonly tokens: () => readonly string[];
  /** Shows what clients tell the organiser alone; tried first. Left out where there is none. */
  readonly organiserKey?: () => string | null;
  /** What is shown while the coordinator is away, and to who may not look on any more, if anything. */
  readonly parting?: () => Snapshot | null;
}

export function openFederationFeed(
  coordinator: CoordinatorClient,
  federationId: string,
  { tokens, organiserKey = () => null, parting = () => null }: FeedOptions,
): FederationFeed {
  const store = createStore<FeedState>({ kind: "loading" });
  const accept = (snapshot: Snapshot) => store.set({ kind: "live", snapshot });

  const retry = createRetry(coordinator);
  let isAsking = false;

  const show = (error: unknown) => {
    const last = parting();
    const isLive = store.get().kind === "live";
    if (last && !isLive) accept(last);
    else if (!isLive || (!last && mayNotLook(error))) store.set({ kind: "refused", failure: explain(error) });
  };

  /** Asked again as long as that can help; meanwhile what it failed with is shown, where nothing else is. */
  async function watch(): Promise<void> {
    if (isAsking) return;
    isAsking = true;
    const look = () => lookOn(coordinator, federationId, organiserKey(), tokens());
    await retry.persistently(look, show).then(accept, show);
    isAsking = false;
  }

  /** Without the coordinator it is all that there is. */
  function showParting(): void {
    const last = coordinator.status.get().kind === "lost" && store.get().kind === "loading" ? parting() : null;
    if (last) accept(last);
  }

  const stops = [
    coordinator.status.subscribe(showParting),
    coordinator.onReady(() => void watch()),
    coordinator.onSnapshot((snapshot) => {
      if (snapshot.federationId === federationId && !isStale(store.get(), snapshot)) accept(snapshot);
    }),
  ];
  if (coordinator.status.get().kind === "ready") void watch();
  showParting();

  return {
    federationId,
    get: store.get,
    subscribe: store.subscribe,
    accept,
    close() {
      retry.giveUp();
      for (const stop of stops) stop();
    },
  };
}

/** As the organiser where that key still opens it, or else by one of the tokens. @throws {DuetError} what the last one was refused with. */
export async function lookOn(
  coordinator: CoordinatorClient,
  federationId: string,
  organiserKey: string | null,
  tokens: readonly string[],
): Promise<Snapshot> {
  const asOrganiser =
    organiserKey === null ? null : await coordinator.watchAsOrganiser(federationId, organiserKey).catch(() => null);
  return asOrganiser ?? watchByAny(coordinator, federationId, tokens);
}

/** @throws {DuetError} what the last one was refused with. */
async function watchByAny(coordinator: CoordinatorClient, federationId: string, tokens: readonly string[]): Promise<Snapshot> {
  const [token = "", ...others] = tokens;
  try {
    return await coordinator.watch(federationId, token);
  } catch (error) {
    if (others.length === 0 || !hasCode(error, "LINK_ENDED")) throw error;
    return watchByAny(coordinator, federationId, others);
  }
}

/** Its link was replaced, or the federation deleted: what is shown is not renewed any more. */
const mayNotLook = (error: unknown): boolean => hasCode(error, "FORBIDDEN", "LINK_ENDED", "NOT_FOUND");

/** Pushes may overtake one another. */
const isStale = (current: FeedState, next: Snapshot): boolean =>
  current.kind === "live" && next.revision < current.snapshot.revision;
