import type { FeedState } from "@duet/client/federationFeed";
import { ENDED, stripView } from "../dashboard/progressView.ts";
import { words } from "../dashboard/words.ts";

/** The title of a page about a federation: what the page is, and the federation's name once it is known. */
export const titleOf = (feed: FeedState, what: string): string =>
  feed.kind === "live" ? words.titleOf.titled(what, feed.snapshot.config.name) : what;

/** How far a federation is, for the browser's tab; null before it has begun, and where nothing is known of it. */
export function progressTitle(feed: FeedState): string | null {
  if (feed.kind !== "live" || feed.snapshot.rounds.length === 0) return null;
  const { status, percent } = stripView(feed.snapshot, feed.snapshot.createdAt);
  return ENDED.has(feed.snapshot.phase) ? status : words.titleOf.progress(Math.floor(percent), status);
}
