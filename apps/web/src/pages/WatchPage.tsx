import { Shell } from "../app/Shell.tsx";
import { Dashboard } from "../dashboard/Dashboard.tsx";
import { words } from "../dashboard/words.ts";
import { useAddress } from "../hooks/useAddress.ts";
import { useFederation } from "../hooks/useFederation.ts";
import { FeedNotice } from "./FeedNotice.tsx";
import { progressTitle, titleOf } from "./titleOf.ts";

/** The dashboard for everyone with the watch link; no data needed. */
export function WatchPage() {
  const { federationId, token } = useAddress();
  const feed = useFederation(federationId, token);
  return (
    <Shell title={titleOf(feed, words.watchPage.watch)} progress={progressTitle(feed)}>
      <FeedNotice feed={feed} />
      {feed.kind === "live" && <Dashboard snapshot={feed.snapshot} token={token} myRole={words.dashboard.watching} tab={null} />}
    </Shell>
  );
}
