import type { Snapshot } from "@duet/lora-core/protocol/snapshot";
import { methodOf } from "@duet/lora-core/strategies/registry";
import { Alert, Button, Group } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { Link, useParams } from "react-router";
import { Shell } from "../app/Shell.tsx";
import { LinkRows } from "../dashboard/LinkRows.tsx";
import { WhoIsHere } from "../dashboard/WhoIsHere.tsx";
import { useServices } from "../hooks/ServicesContext.tsx";
import { useFederation } from "../hooks/useFederation.ts";
import { type Organiser, useOrganiser } from "../hooks/useOrganiser.ts";
import { addressOf, baseUrl } from "../lib/baseUrl.ts";
import { formatDuration, plural } from "../lib/format.ts";
import { joinPath, organisePath } from "../lib/links.ts";
import { reachWarning } from "../lib/reach.ts";
import { FailureAlert } from "../ui/FailureAlert.tsx";
import { LinkField } from "../ui/LinkField.tsx";
import { Panel } from "../ui/Panel.tsx";
import { QrCode } from "../ui/QrCode.tsx";

/** Where the organiser waits for the others: the link to pass on, who is here, what was agreed. */
export function CreatedPage() {
  const { federationId = "" } = useParams();
  const organiserKey = useServices().storage.organiser(federationId)?.organiserKey ?? "";
  const organiser = useOrganiser(federationId, "");
  const feed = useFederation(federationId, organiserKey);
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
  const snapshot = feed.kind === "live" ? feed.snapshot : null;
  const invite = view?.links.invite.token ?? null;
  const warning = reachWarning(baseUrl());
  return (
    <Shell title={snapshot ? `Lobby: ${snapshot.config.name}` : "Lobby"}>
      <div className="column">
        <div className="lobby">
          <div>
            <h1>Your federation is ready</h1>
            {snapshot && <Standing snapshot={snapshot} organiser={organiser} />}
            {invite !== null && (
              <Group gap="sm" mt="md">
                <Button component={Link} to={joinPath(federationId, invite)}>
                  Take part with this tab
                </Button>
                <Button component={Link} to={organisePath(federationId, organiserKey)} variant="default">
                  Open the dashboard
                </Button>
              </Group>
            )}
          </div>
          {view && (
            <Panel title="Invite" hint="Whoever opens it sees what will leave the tab before anything does.">
              <div className="invite">
                {invite !== null && (
                  <QrCode
                    text={addressOf(joinPath(federationId, invite))}
                    label="Code of the invite link, to scan with a camera"
                  />
                )}
                <LinkField label="Invite link" path={joinPath} federationId={federationId} token={invite} />
              </div>
            </Panel>
          )}
        </div>
        {warning && (
          <Alert icon={<IconAlertTriangle />} title={warning.title}>
            {warning.text}
          </Alert>
        )}
        {task.kind === "failed" && <FailureAlert failure={task.failure} />}
        {view === null && task.kind !== "failed" && <p className="muted">Asking the coordinator for its links.</p>}
        {snapshot && <WhoIsHere snapshot={snapshot} />}
        {view && (
          <details className="quiet">
            <summary>Watch link, organiser link, and how long each is good</summary>
            <p className="soft">
              Whoever has the organiser link can pause, stop, and remove clients. This browser keeps it; it opens the same on
              another device.
            </p>
            <LinkRows federationId={federationId} links={view.links} organiser={organiser} />
          </details>
        )}
        {snapshot && <Agreed snapshot={snapshot} />}
      </div>
    </Shell>
  );
}

interface StandingProps {
  readonly snapshot: Snapshot;
  readonly organiser: Organiser;
}

/** How many are here of how many it takes, and what happens then. */
function Standing({ snapshot, organiser }: StandingProps) {
  const { phase, config, clients, note } = snapshot;
  const here = clients.filter(({ status }) => status === "present").length;
  if (phase !== "waiting") return <p className="lead">{note}</p>;
  return (
    <>
      <p className="big" style={{ margin: "16px 0 0" }}>
        {here} <span className="from">of {config.minClients} here</span>
      </p>
      <p className="lead">Learning starts by itself once {plural(config.minClients, "client")} are ready.</p>
      {here > 0 && here < config.minClients && (
        <Button
          mt="md"
          variant="default"
          disabled={organiser.task.kind === "busy"}
          onClick={() => organiser.send({ kind: "start" })}
        >
          Start now
        </Button>
      )}
    </>
  );
}

/** What everybody who joins agrees to. */
function Agreed({ snapshot: { config } }: { readonly snapshot: Snapshot }) {
  const secure =
    config.aggregation === "secure" ? "The coordinator sees only the sum of updates." : "The coordinator sees each update.";
  return (
    <section className="quiet">
      <h2>What was agreed</h2>
      <p className="soft" style={{ margin: "4px 0 0" }}>
        {methodOf(config.strategy).label}, {plural(config.budgets.rounds, "round")}, at most {plural(config.maxClients, "client")}
        . A round waits at most {formatDuration(config.roundDeadlineSeconds)}, then it goes on with who has answered. {secure}
      </p>
    </section>
  );
}
