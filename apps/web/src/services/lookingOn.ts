/** The federations that this tab looks at, and what this browser may look on by. */
import type { CoordinatorClient } from "@duet/client/coordinatorClient";
import { type FederationFeed, lookOn, openFederationFeed } from "@duet/client/federationFeed";
import { hasCode } from "@duet/lora-core/errors/duetError";
import type { Snapshot } from "@duet/lora-core/protocol/snapshot";
import type { TabStorage } from "./tabStorage.ts";

export interface LookingOn {
  /** The feed of a federation, one for all who look at it. When another is asked for, those that nobody looks at any more are closed. */
  feed(federationId: string, token: string): FederationFeed;
  /** What opens the coordinator's files of a federation that was come to by this link. */
  tokenFor(federationId: string, token: string): string;
  /** One look; without the coordinator it is what this browser has of it. @throws {DuetError} as a feed is refused, where it has nothing. */
  once(federationId: string, secret: string): Promise<Look>;
}

export interface Look {
  readonly snapshot: Snapshot;
  /** The coordinator no longer has the federation, or does not know who asks: of what it does not have it tells only who has a link. */
  readonly isGone: boolean;
}

export interface LookingOnParts {
  readonly coordinator: CoordinatorClient;
  readonly storage: Pick<TabStorage, "identity" | "organiser" | "parting">;
  /** The federation that this tab takes part in now. */
  readonly ownFederation: () => string | null;
  readonly onSeen: (snapshot: Snapshot) => void;
}

interface OpenFeed {
  readonly token: string;
  readonly feed: FederationFeed;
  isLookedAt(): boolean;
}

export function createLookingOn({ coordinator, storage, ownFederation, onSeen }: LookingOnParts): LookingOn {
  const open = new Map<string, OpenFeed>();

  /** The feed that this tab takes part by stays, whatever is looked at. */
  const isInUse = ({ feed, isLookedAt }: OpenFeed) => isLookedAt() || ownFederation() === feed.federationId;

  const organiserKeyOf = (federationId: string) => storage.organiser(federationId)?.organiserKey ?? null;

  /** What this browser may look on by, whatever became of the links that it came by. */
  function ownTokens(federationId: string): readonly string[] {
    const identity = storage.identity(federationId);
    const organiserKey = organiserKeyOf(federationId);
    return [...(identity ? [identity.resumeToken] : []), ...(organiserKey === null ? [] : [organiserKey])];
  }

  function openFeed(federationId: string, token: string): OpenFeed {
    const tokens = () => [token, ...ownTokens(federationId)];
    const organiserKey = () => organiserKeyOf(federationId);
    // On the client's own page: by another link that is refused one is told so.
    const parting = () => (storage.identity(federationId)?.inviteToken === token ? storage.parting(federationId) : null);
    const feed = openFederationFeed(coordinator, federationId, { tokens, organiserKey, parting });
    feed.subscribe(() => {
      const seen = feed.get();
      if (seen.kind === "live") onSeen(seen.snapshot);
    });
    const lookers = new Set<symbol>();
    const subscribe = (listener: () => void) => {
      const looker = Symbol("looker");
      lookers.add(looker);
      const stop = feed.subscribe(listener);
      return () => {
        lookers.delete(looker);
        stop();
      };
    };
    return { token, feed: { ...feed, subscribe }, isLookedAt: () => lookers.size > 0 };
  }

  return {
    feed(federationId, token) {
      const known = open.get(federationId);
      if (known && (isInUse(known) || known.token === token)) return known.feed;
      for (const [id, one] of open) {
        if (isInUse(one)) continue;
        one.feed.close();
        open.delete(id);
      }
      const opened = openFeed(federationId, token);
      open.set(federationId, opened);
      return opened.feed;
    },
    tokenFor: (federationId, token) => ownTokens(federationId)[0] ?? token,
    async once(federationId, secret) {
      const parting = storage.parting(federationId);
      if (parting && coordinator.status.get().kind === "lost") return { snapshot: parting, isGone: false };
      try {
        const snapshot = await lookOn(coordinator, federationId, organiserKeyOf(federationId), [secret]);
        return { snapshot, isGone: false };
      } catch (error) {
        if (parting) return { snapshot: parting, isGone: hasCode(error, "NOT_FOUND", "FORBIDDEN") };
        throw error;
      }
    },
  };
}
