/** The federation that this tab looks at, and what this browser may look on by. */
import type { CoordinatorClient } from "@duet/client/coordinatorClient";
import { type FederationFeed, lookOn, openFederationFeed } from "@duet/client/federationFeed";
import type { Snapshot } from "@duet/lora-core/protocol/snapshot";
import type { TabStorage } from "./tabStorage.ts";

export interface LookingOn {
  /** The feed of a federation; the one before is closed when it is another. */
  feed(federationId: string, token: string): FederationFeed;
  /** What opens the coordinator's files of a federation that was come to by this link. */
  tokenFor(federationId: string, token: string): string;
  /** One look. One that is out, and may not look on, has what it last saw. @throws {DuetError} as a feed is refused. */
  once(federationId: string, secret: string): Promise<Snapshot>;
}

export interface LookingOnParts {
  readonly coordinator: CoordinatorClient;
  readonly storage: TabStorage;
  /** The federation that this tab takes part in now. */
  readonly ownFederation: () => string | null;
  readonly onSeen: (snapshot: Snapshot) => void;
}

export function createLookingOn({ coordinator, storage, ownFederation, onSeen }: LookingOnParts): LookingOn {
  let open: { readonly token: string; readonly feed: FederationFeed } | null = null;

  const organiserKeyOf = (federationId: string) => storage.organiser(federationId)?.organiserKey ?? null;

  /** What this browser may look on by, whatever became of the links that it came by. */
  function ownTokens(federationId: string): readonly string[] {
    const identity = storage.identity(federationId);
    const organiserKey = organiserKeyOf(federationId);
    return [...(identity ? [identity.resumeToken] : []), ...(organiserKey === null ? [] : [organiserKey])];
  }

  return {
    feed(federationId, token) {
      // The feed that this tab takes part by stays, whatever link the address has.
      const isMine = ownFederation() === federationId;
      if (open?.feed.federationId === federationId && (isMine || open.token === token)) return open.feed;
      open?.feed.close();
      const tokens = () => [token, ...ownTokens(federationId)];
      const organiserKey = () => organiserKeyOf(federationId);
      const parting = () => storage.parting(federationId);
      const feed = openFederationFeed(coordinator, federationId, { tokens, organiserKey, parting });
      feed.subscribe(() => {
        const seen = feed.get();
        if (seen.kind === "live") onSeen(seen.snapshot);
      });
      open = { token, feed };
      return feed;
    },
    tokenFor: (federationId, token) => ownTokens(federationId)[0] ?? token,
    async once(federationId, secret) {
      try {
        return await lookOn(coordinator, federationId, organiserKeyOf(federationId), [secret]);
      } catch (error) {
        const parting = storage.parting(federationId);
        if (parting) return parting;
        throw error;
      }
    },
  };
}
