import type { FeedState } from "@duet/client/federationFeed";
import { linkProblem } from "@duet/client/federationLink";
import { useEffect } from "react";
import { Shell } from "../app/Shell.tsx";
import { Dashboard } from "../dashboard/Dashboard.tsx";
import { words } from "../dashboard/words.ts";
import { useServices } from "../hooks/ServicesContext.tsx";
import { useAddress } from "../hooks/useAddress.ts";
import { useFederation } from "../hooks/useFederation.ts";
import { type TaskState, useTask } from "../hooks/useTask.ts";
import { FeedNotice } from "./FeedNotice.tsx";
import { progressTitle, titleOf } from "./titleOf.ts";

/** The dashboard by the organiser's link: this browser organises the federation then, until that link is replaced elsewhere. */
export function OrganisePage() {
  const { federationId, token } = useAddress();
  const { coordinator, storage } = useServices();
  const feed = useFederation(federationId, token);
  const [opening, open] = useTask();
  const isKept = storage.organiser(federationId) !== null;

  // biome-ignore lint/correctness/useExhaustiveDependencies: once per link; `open` changes with every render.
  useEffect(() => {
    if (storage.organiser(federationId)?.organiserKey === token || linkProblem(federationId, token)) return;
    open(async () => {
      await coordinator.request("federation:links", { federationId, organiserKey: token });
      storage.saveOrganiser(federationId, { name: "", organiserKey: token });
    });
  }, [coordinator, storage, federationId, token]);

  return (
    <Shell title={titleOf(feed, words.organisePage.organise)} progress={progressTitle(feed)}>
      <FeedNotice feed={isKept ? feed : openedBy(opening, feed)} />
      {feed.kind === "live" && isKept && (
        <Dashboard snapshot={feed.snapshot} token={token} myRole={words.dashboard.watching} tab={null} />
      )}
    </Shell>
  );
}

/** A federation that may be watched by this link, and is organised by another one, is not opened here. */
function openedBy(opening: TaskState, feed: FeedState): FeedState {
  if (feed.kind !== "live") return feed;
  return opening.kind === "failed" ? { kind: "refused", failure: opening.failure } : { kind: "loading" };
}
