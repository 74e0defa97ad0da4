import type { FeedState } from "@duet/client/federationFeed";
import { words } from "../dashboard/words.ts";
import { FailureAlert } from "../ui/FailureAlert.tsx";

/** What stands in place of a federation that is not there yet, or cannot be opened. */
export function FeedNotice({ feed }: { readonly feed: FeedState }) {
  if (feed.kind === "live") return null;
  if (feed.kind === "loading") return <p className="muted">{words.feedNotice.asking}</p>;
  return (
    <>
      <h1>{words.feedNotice.thisFederationCannotBeOpened}</h1>
      <FailureAlert failure={feed.failure} />
    </>
  );
}
