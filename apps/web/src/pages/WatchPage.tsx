import { Shell } from "../app/Shell.tsx";
import { Dashboard } from "../dashboard/Dashboard.tsx";
import { useAddress } from "../hooks/useAddress.ts";
import { useFederation } from "../hooks/useFederation.ts";
import { FailureAlert } from "../ui/FailureAlert.tsx";

/** The dashboard for everyone with the watch link; no data needed. */
export function WatchPage() {
  const { federationId, token } = useAddress();
  const feed = useFederation(federationId, token);
  return (
    <Shell>
      {feed.kind === "loading" && <p className="muted">Asking the coordinator for this federation.</p>}
      {feed.kind === "refused" && <FailureAlert failure={feed.failure} />}
      {feed.kind === "live" && <Dashboard snapshot={feed.snapshot} token={token} myRole="watching" tab={null} />}
    </Shell>
  );
}
