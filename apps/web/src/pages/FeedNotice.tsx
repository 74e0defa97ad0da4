import type { FeedState } from "@duet/client/federationFeed";
import { words } from "../dashboard/words.ts";
import { useServices } from "../hooks/ServicesContext.tsx";
import { useStore } from "../hooks/useStore.ts";
import { FailureAlert } from "../ui/FailureAlert.tsx";

/** What stands in place of a federation that is not there yet, or cannot be opened. */
export function FeedNotice({ feed }: { readonly feed: FeedState }) {
  const connection = useStore(useServices().coordinator.status);
  if (feed.kind === "live") return null;
  // Of a connection that was refused nothing comes any more; the page says why above.
  if (feed.kind === "loading" && connection.kind !== "refused") return <p className="muted">{words.feedNotice.asking}</p>;
  return (
    <>
      <h1>{words.feedNotice.thisFederationCannotBeOpened}</h1>
      {feed.kind === "refused" && <FailureAlert failure={feed.failure} />}
    </>
  );
}
