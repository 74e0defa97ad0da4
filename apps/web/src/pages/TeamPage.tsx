import { linkProblem } from "@duet/client/federationLink";
import { keptAdapters } from "@duet/client/keptAdapters";
import type { FederationConfig } from "@duet/lora-core/protocol/federationConfig";
import { isVisible } from "@duet/lora-core/protocol/visibleText";
import { Alert } from "@mantine/core";
import { type ReactNode, useEffect, useState } from "react";
import { Navigate, parsePath } from "react-router";
import { AdaptersPanel } from "../adapters/AdaptersPanel.tsx";
import { Shell } from "../app/Shell.tsx";
import { ConnectDataPanel } from "../connect/ConnectDataPanel.tsx";
import { connectedData } from "../connect/connectState.ts";
import { forSmallDevices } from "../connect/forSmallDevices.ts";
import { ModelFilesPanel } from "../connect/ModelFilesPanel.tsx";
import { ParticipantForm } from "../connect/ParticipantForm.tsx";
import { useConnectData } from "../connect/useConnectData.ts";
import { useModelFiles } from "../connect/useModelFiles.ts";
import { Dashboard } from "../dashboard/Dashboard.tsx";
import { exitText, phaseNote } from "../dashboard/told/toldText.ts";
import { useServices } from "../hooks/ServicesContext.tsx";
import { useAddress } from "../hooks/useAddress.ts";
import { useFederation } from "../hooks/useFederation.ts";
import { useSession } from "../hooks/useSession.ts";
import { useTask } from "../hooks/useTask.ts";
import { type TeamView, useTeam } from "../hooks/useTeam.ts";
import { federationPath } from "../lib/links.ts";
import { words as common } from "../lib/words.ts";
import { TeamPanel } from "../team/TeamPanel.tsx";
import { words } from "../team/words.ts";
import { FailureAlert } from "../ui/FailureAlert.tsx";
import { Panel } from "../ui/Panel.tsx";
import { progressTitle } from "./titleOf.ts";

/** From a team's link to a member of it: what it takes part in, data, and then what the team does. Once this tab leads, its page is the client's. */
export function TeamPage() {
  const { federationId, token: secret } = useAddress();
  const services = useServices();
  const view = useTeam(federationId);
  const leads = useSession(federationId) !== null;
  const [entering, enter] = useTask();
  const [progress, setProgress] = useState<string | null>(null);
  const problem = linkProblem(federationId, secret);
  const own = services.storage.identity(federationId);
  const isClient = leads || own !== null;

  // biome-ignore lint/correctness/useExhaustiveDependencies: once per link; `enter` changes with every render.
  useEffect(() => {
    if (problem === null && !isClient) enter(() => services.enterTeam(federationId, secret));
  }, [services, federationId, secret, isClient]);

  if (own && (leads || view === null))
    return <Navigate to={{ ...parsePath(federationPath(federationId, own.inviteToken)), search: location.search }} replace />;
  const config = view?.state.config ?? null;
  return (
    <Shell title={words.teamPage.title(config?.name ?? null)} progress={progress}>
      {!config && <h1>{words.teamPage.title(null)}</h1>}
      {problem && <FailureAlert failure={problem} />}
      {entering.kind === "failed" && <FailureAlert failure={entering.failure} />}
      {!problem && !config && (
        <p className="muted" role="status">
          {view?.news.absent ? common.said(view.news.absent) : words.teamPage.asking}
        </p>
      )}
      {view && config && <Member view={view} config={config} onProgress={setProgress} />}
    </Shell>
  );
}

interface MemberProps {
  readonly view: TeamView;
  readonly config: FederationConfig;
  /** Gets how far the federation is, for the browser's tab. */
  readonly onProgress: (progress: string | null) => void;
}

function Member({ view, config, onProgress }: MemberProps) {
  const { team, state, news } = view;
  const { storage } = useServices();
  const [name, setName] = useState(() => storage.helper(team.federationId)?.name ?? null);
  const head = <h1>{words.teamPage.title(config.name)}</h1>;
  if (news.failure) {
    return (
      <>
        {head}
        <FailureAlert failure={news.failure} />
      </>
    );
  }
  if (name === null) return <HelpForm config={config} onHelp={setName} />;
  const tab = (
    <>
      <TeamPanel {...view} />
      <Panel title={words.teamPage.myTab} aside={name}>
        <p role="status">{doingWords(view)}</p>
      </Panel>
    </>
  );
  const token = state.client?.identity.resumeToken;
  const alone = (
    <div className="column">
      {head}
      {tab}
    </div>
  );
  if (!token) return alone;
  return <WithDashboard view={view} token={token} tab={tab} before={alone} onProgress={onProgress} />;
}

interface WithDashboardProps extends Pick<MemberProps, "view" | "onProgress"> {
  readonly token: string;
  readonly tab: ReactNode;
  /** In its place until there is something to show. */
  readonly before: ReactNode;
}

/** The same dashboard as the client's own page has. */
function WithDashboard({ view, token, tab, before, onProgress }: WithDashboardProps) {
  const { over, client } = view.state;
  const feed = useFederation(view.team.federationId, token);
  const progress = progressTitle(feed);
  useEffect(() => {
    onProgress(progress);
    return () => onProgress(null);
  }, [onProgress, progress]);
  if (feed.kind !== "live") return before;
  const adapters = client && keptAdapters(client.kept);
  return (
    <Dashboard
      snapshot={feed.snapshot}
      token={token}
      myRole={words.teamPage.role}
      tab={
        <>
          {over && (
            <Alert color="gray" title={over.isFinished ? words.teamPage.hasFinished : words.teamPage.hasEnded}>
              {over.isFinished ? phaseNote(feed.snapshot) : exitText({ why: over.why ?? null, reason: over.sentence })}
            </Alert>
          )}
          {tab}
          <AdaptersPanel snapshot={feed.snapshot} adapters={adapters} />
        </>
      }
    />
  );
}

interface HelpFormProps {
  readonly config: FederationConfig;
  readonly onHelp: (name: string) => void;
}

/** Data and a name, as for a client of its own. */
function HelpForm({ config, onHelp }: HelpFormProps) {
  const services = useServices();
  const connect = useConnectData(config.task, config.seed);
  const files = useModelFiles(config.model);
  const [name, setName] = useState("");
  const data = connectedData(connect.state);
  const missing =
    files.missing?.length !== 0
      ? words.teamPage.missing.files
      : data === null
        ? words.teamPage.missing.data
        : name.trim() === "" || !isVisible(name.trim())
          ? words.teamPage.missing.name
          : null;
  const help = () => {
    if (!data) return;
    services.helpTeam(name.trim(), data.rows);
    onHelp(name.trim());
  };
  return (
    <div className="column">
      <div>
        <h1>{words.teamPage.helpIn(config.name)}</h1>
        <p className="soft">{words.teamPage.what}</p>
      </div>
      <ParticipantForm
        title={words.teamPage.you}
        name={{ label: words.teamPage.name, hint: words.teamPage.nameHint, value: name, onChange: setName }}
        settings={config}
        smaller={forSmallDevices(config)}
        data={
          <>
            <ModelFilesPanel model={config.model} files={files} />
            <ConnectDataPanel connect={connect} task={config.task} sample={null} others={null} />
          </>
        }
        submit={words.teamPage.help}
        missing={missing}
        note={words.teamPage.canClose}
        onSubmit={help}
      />
    </div>
  );
}

function doingWords({ team: { node }, state: { mates, over, training }, news: { absent, download } }: TeamView): string {
  if (over) return words.teamPage.doing.over;
  if (absent !== null) return words.teamPage.doing.absent;
  if (!mates.some(({ member }) => member === node.self))
    return download ? words.teamPage.doing.loads : words.teamPage.doing.prepares;
  const isTraining = training !== null && training.step < training.steps && training.members.includes(node.self);
  return isTraining ? words.teamPage.doing.trains : words.teamPage.doing.waits;
}
