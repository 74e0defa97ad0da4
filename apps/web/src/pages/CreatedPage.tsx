import { Button, Group } from "@mantine/core";
import { Link, useParams } from "react-router";
import { Shell } from "../app/Shell.tsx";
import { LinkRows } from "../dashboard/LinkRows.tsx";
import { useOrganiser } from "../hooks/useOrganiser.ts";
import { joinPath, organisePath, watchPath } from "../lib/links.ts";
import { FailureAlert } from "../ui/FailureAlert.tsx";
import { LinkField } from "../ui/LinkField.tsx";
import { Panel } from "../ui/Panel.tsx";

/** What the organiser passes on, and what the organiser keeps. */
export function CreatedPage() {
  const { federationId = "" } = useParams();
  const organiser = useOrganiser(federationId, "");
  if (!organiser) {
    return (
      <Shell title="Unknown federation" narrow>
        <h1>This browser does not organise this federation</h1>
        <p>
          Open its organiser link here. Without one, back to the <Link to="/">front page</Link>.
        </p>
      </Shell>
    );
  }
  const { view, task } = organiser;
  return (
    <Shell title="Links" narrow>
      <h1>Your federation is ready</h1>
      {task.kind === "failed" && <FailureAlert failure={task.failure} />}
      {view === null && task.kind !== "failed" && <p className="muted">Asking the coordinator for its links.</p>}
      {view && (
        <div className="column">
          <Panel title="For participants">
            <LinkField label="Invite link" path={joinPath} federationId={federationId} token={view.links.invite.token} />
          </Panel>
          <Panel title="For spectators">
            <LinkField label="Watch link" path={watchPath} federationId={federationId} token={view.links.watch.token} />
          </Panel>
          <Panel
            title="For you"
            hint="Whoever has this link can pause, stop, and remove clients. This browser keeps it; it opens the same on another device."
          >
            <LinkField
              label="Organiser link"
              path={organisePath}
              federationId={federationId}
              token={view.links.organiser.token}
            />
          </Panel>
          <Panel title="How long they are good">
            <LinkRows federationId={federationId} links={view.links} organiser={organiser} />
          </Panel>
          <Group gap="sm">
            {view.links.invite.token !== null && (
              <Button component={Link} to={joinPath(federationId, view.links.invite.token)}>
                Take part with this tab
              </Button>
            )}
            {view.links.watch.token !== null && (
              <Button component={Link} to={watchPath(federationId, view.links.watch.token)} variant="default">
                Open the dashboard
              </Button>
            )}
          </Group>
        </div>
      )}
    </Shell>
  );
}
