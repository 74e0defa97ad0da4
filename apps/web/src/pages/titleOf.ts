import type { FeedState } from "@duet/client/federationFeed";

/** The title of a page about a federation: what the page is, and the federation's name once it is known. */
export const titleOf = (feed: FeedState, what: string): string =>
  feed.kind === "live" ? `${what}: ${feed.snapshot.config.name}` : what;
