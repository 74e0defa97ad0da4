import { Alert, Button } from "@mantine/core";
import { useEffect } from "react";
import { Link } from "react-router";
import { useServices } from "../app/ServicesContext.tsx";
import { Shell } from "../app/Shell.tsx";
import { Dashboard } from "../dashboard/Dashboard.tsx";
import { MyTab } from "../dashboard/MyTab.tsx";
import { useAddress } from "../hooks/useAddress.ts";
import { useFederation } from "../hooks/useFederation.ts";
import { useGo } from "../hooks/useGo.ts";
import { useSession } from "../hooks/useSession.ts";
import { useTask } from "../hooks/useTask.ts";
import { joinPath } from "../lib/links.ts";
import { FailureAlert } from "../ui/FailureAlert.tsx";

/** The participant's view. After a reload the tab comes back as the client it was; a tab that is none goes to the join page. */
export function FederationPage() {
  const { federationId, token } = useAddress();
  const services = useServices();
  const go = useGo();
  const feed = useFederation(federationId, token);
  const mine = useSession(federationId);
  const [resuming, resume] = useTask();
  const isClient = mine !== null;

  // biome-ignore lint/correctness/useExhaustiveDependencies: once per federation; `resume` and `go` change with every render.
  useEffect(() => {
    if (isClient) return;
    resume(async () => {
      if (!(await services.resume(federationId))) go(joinPath(federationId, token), { replace: true });
    });
  }, [services, federationId, token]);

  return (
    <Shell>
      {resuming.kind === "failed" && <FailureAlert failure={resuming.failure} />}
      {feed.kind === "loading" && <p className="muted">Asking the coordinator for this federation.</p>}
      {feed.kind === "refused" && <FailureAlert failure={feed.failure} />}
      {feed.kind === "live" && (
        <Dashboard
          snapshot={feed.snapshot}
          token={token}
          myRole="taking part"
          tab={mine && <MyTab session={mine.session} state={mine.state} snapshot={feed.snapshot} />}
        />
      )}
      {mine?.state.stage.kind === "removed" && (
        <Alert mt="md" color="gray" title="This tab no longer takes part">
          {mine.state.stage.reason}{" "}
          <Button component={Link} to="/" size="xs" variant="default">
            Front page
          </Button>
        </Alert>
      )}
    </Shell>
  );
}
