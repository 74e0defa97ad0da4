import { isExit } from "@duet/lora-core/protocol/exits";
import { stripView } from "../dashboard/progressView.ts";
import { exitText } from "../dashboard/told/toldText.ts";
import { waitView } from "../dashboard/waitView.ts";
import { words as dashboard } from "../dashboard/words.ts";
import { words } from "../front/words.ts";
import { useServices } from "../hooks/ServicesContext.tsx";
import { useCoordinatorClock } from "../hooks/useCoordinatorClock.ts";
import { useFederation } from "../hooks/useFederation.ts";
import { failureLine } from "../lib/failureLine.ts";
import { formatMoment } from "../lib/format.ts";
import type { KnownFederation } from "../services/tabStorage.ts";

/** Where a federation stands, and for whom it waits, as its own page says it. */
export function KnownStanding({ federationId, token }: Pick<KnownFederation, "federationId" | "token">) {
  const feed = useFederation(federationId, token);
  const { storage } = useServices();
  const { now, isAway } = useCoordinatorClock();
  if (feed.kind === "loading") return <span className="muted">{words.knownFederations.asking}</span>;
  if (feed.kind === "refused") return <span className="small">{failureLine(feed.failure)}</span>;
  const { snapshot } = feed;
  const identity = storage.identity(federationId);
  if (identity && identity.removed !== null) {
    return (
      <span className="small">{exitText({ why: isExit(identity.exit) ? identity.exit : null, reason: identity.removed })}</span>
    );
  }
  return (
    <>
      {stripView(snapshot, now).status}
      <div className="muted small">{isAway ? dashboard.headline.awayNote : waitView(snapshot, null, now).reason}</div>
      <div className="muted small">{words.knownFederations.made(formatMoment(snapshot.createdAt))}</div>
    </>
  );
}
