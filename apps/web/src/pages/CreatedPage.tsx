import { isDescribed } from "@duet/lora-core/checkpoints/describedLayout";
import type { Snapshot } from "@duet/lora-core/protocol/snapshot";
import { Button, Group } from "@mantine/core";
import { Link, useParams } from "react-router";
import { Shell } from "../app/Shell.tsx";
import { AddressChoice } from "../dashboard/links/AddressChoice.tsx";
import { LinkRows } from "../dashboard/links/LinkRows.tsx";
import { AtTheDoor } from "../dashboard/organise/AtTheDoor.tsx";
import { StatisticsPanel } from "../dashboard/privacy/StatisticsPanel.tsx";
import { phaseNote } from "../dashboard/told/toldText.ts";
import { WhoIsHere } from "../dashboard/WhoIsHere.tsx";
import { useServices } from "../hooks/ServicesContext.tsx";
import { useFederation } from "../hooks/useFederation.ts";
import { useLinkAddresses } from "../hooks/useLinkAddresses.ts";
import { type Organiser, useOrganiser } from "../hooks/useOrganiser.ts";
import { addressOf } from "../lib/baseUrl.ts";
import { expectedTime, guessedPace, ROWS_EACH, totalOf } from "../lib/federation/expectedTime.ts";
import { startHeldBy } from "../lib/federation/startHeldBy.ts";
import { formatDuration, roundedTime } from "../lib/format.ts";
import { joinPath, organisePath } from "../lib/links.ts";
import { methodName } from "../lib/methods/methodText.ts";
import { formatWhole } from "../lib/numbers.ts";
import { words as common } from "../lib/words.ts";
import { words } from "../newFederation/words.ts";
import { FailureAlert } from "../ui/FailureAlert.tsx";
import { LinkField } from "../ui/LinkField.tsx";
import { Panel } from "../ui/Panel.tsx";
import { QrCode } from "../ui/QrCode.tsx";

/** Where the organiser waits for the others: the link to pass on, who is here, what was agreed. */
export function CreatedPage() {
  const { federationId = "" } = useParams();
  const organiserKey = useServices().storage.organiser(federationId)?.organiserKey ?? "";
  const feed = useFederation(federationId, organiserKey);
  const snapshot = feed.kind === "live" ? feed.snapshot : null;
  const organiser = useOrganiser(federationId, String(snapshot?.waiting ?? 0));
  const links = useLinkAddresses(federationId);
  if (!organiser) {
    return (
      <Shell title={words.createdPage.unknownFederation} narrow>
        <h1>{words.createdPage.notYours}</h1>
        <p>{words.createdPage.openOrganiserLink(<Link to="/">{words.createdPage.frontPage}</Link>)}</p>
      </Shell>
    );
  }
  const { view, task } = organiser;
  const invite = view?.links.invite.token ?? null;
  const base = links.chosen.address;
  return (
    <Shell title={snapshot ? words.createdPage.lobbyOf(snapshot.config.name) : words.createdPage.lobby}>
      <div className="column">
        <div className="lobby">
          <div>
            <h1>{words.createdPage.ready}</h1>
            {snapshot && <Standing snapshot={snapshot} organiser={organiser} />}
            {invite !== null && (
              <Group gap="sm" mt="md">
                <Button component={Link} to={joinPath(federationId, invite)} variant="default">
                  {words.createdPage.takePart}
                </Button>
                <Button component={Link} to={organisePath(federationId, organiserKey)} variant="default">
                  {words.createdPage.openTheDashboard}
                </Button>
              </Group>
            )}
          </div>
          {view && (
            <Panel title={words.createdPage.invite}>
              <p className="soft" style={{ margin: "0 0 16px" }}>
                {words.createdPage.inviteHint}
              </p>
              <div className="invite">
                {invite !== null && (
                  <QrCode text={addressOf(joinPath(federationId, invite), base)} label={words.createdPage.qrLabel} />
                )}
                <LinkField
                  label={words.createdPage.inviteLink}
                  path={joinPath}
                  federationId={federationId}
                  token={invite}
                  base={base}
                  isMain
                />
              </div>
            </Panel>
          )}
        </div>
        <AddressChoice links={links} />
        {task.kind === "failed" && <FailureAlert failure={task.failure} />}
        {view === null && task.kind !== "failed" && <p className="muted">{words.createdPage.askingForLinks}</p>}
        {snapshot && <StatisticsPanel snapshot={snapshot} isOrganiser />}
        {view && view.waiting.length > 0 && (
          <Panel title={words.createdPage.atTheDoor}>
            <AtTheDoor waiting={view.waiting} organiser={organiser} />
          </Panel>
        )}
        {snapshot && <WhoIsHere snapshot={snapshot} />}
        {view && (
          <details className="quiet">
            <summary>{words.createdPage.moreLinks}</summary>
            <p className="soft">{words.createdPage.organiserNote}</p>
            <LinkRows federationId={federationId} links={view.links} organiser={organiser} base={base} />
          </details>
        )}
        {snapshot && (
          <div className="tiles">
            <Agreed config={snapshot.config} />
            <HowLong config={snapshot.config} />
            <Note
              title={words.createdPage.mayClose}
              text={common.listing.sentences([words.createdPage.goesOn[snapshot.joining], words.createdPage.keepsLink])}
            />
          </div>
        )}
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
  const { phase, config, clients } = snapshot;
  const here = clients.filter(({ status }) => status === "present").length;
  const held = phase === "waiting" ? startHeldBy(snapshot) : null;
  const button = (label: string, kind: "start" | "resume") => (
    <Button
      mt="md"
      variant="default"
      disabled={organiser.task.kind === "busy" || held !== null}
      onClick={() => organiser.send({ kind })}
    >
      {label}
    </Button>
  );
  if (phase !== "waiting") {
    return (
      <>
        <p className="lead">{phaseNote(snapshot)}</p>
        {phase === "paused" && button(words.createdPage.goOn, "resume")}
      </>
    );
  }
  return (
    <>
      <p className="big" style={{ margin: "16px 0 0" }}>
        {here} <span className="from">{words.createdPage.ofReady(config.minClients)}</span>
      </p>
      <p className="lead">{words.createdPage.startsBy(config.minClients)}</p>
      {here > 0 && here < config.minClients && (
        <>
          {button(words.createdPage.startNow, "start")}
          {held && <p className="muted small">{held}</p>}
        </>
      )}
    </>
  );
}

interface AgreedProps {
  readonly config: Snapshot["config"];
}

/** What everybody who joins agrees to. */
function Agreed({ config }: AgreedProps) {
  const agreed = words.createdPage.agreed({
    method: methodName(config.strategy),
    rounds: config.budgets.rounds,
    clients: config.maxClients,
    deadline: formatDuration(config.roundDeadlineSeconds),
  });
  const seen = config.aggregation === "secure" ? words.createdPage.onlySum : words.createdPage.eachUpdate;
  return <Note title={words.createdPage.whatWasAgreed} text={common.listing.sentences([agreed, seen])} />;
}

/** Nothing of a base that no tab computes: its speed is not known. */
function HowLong({ config }: AgreedProps) {
  if (isDescribed(config.model.config)) return null;
  const seconds = totalOf(expectedTime(config, guessedPace(config)));
  return <Note title={words.createdPage.takes(roundedTime(seconds))} text={words.whatItTakes.assumes(formatWhole(ROWS_EACH))} />;
}

function Note({ title, text }: { readonly title: string; readonly text: string }) {
  return (
    <section className="quiet">
      <h2>{title}</h2>
      <p className="soft" style={{ margin: "4px 0 0" }}>
        {text}
      </p>
    </section>
  );
}
