import { isTakingPart, type SessionState } from "@duet/client/sessionState";
import type { Snapshot } from "@duet/lora-core/protocol/snapshot";
import { Alert, Button } from "@mantine/core";
import { useEffect } from "react";
import { Link, useParams } from "react-router";
import { Shell } from "../app/Shell.tsx";
import { forSmallDevices } from "../connect/forSmallDevices.ts";
import { MemoryNote } from "../connect/MemoryNote.tsx";
import { ModelFilesPanel } from "../connect/ModelFilesPanel.tsx";
import { useModelFiles } from "../connect/useModelFiles.ts";
import { NeverLeaves } from "../connect/WhatLeaves.tsx";
import { Dashboard } from "../dashboard/Dashboard.tsx";
import { FiguresPanel } from "../dashboard/mine/FiguresPanel.tsx";
import { MyTab } from "../dashboard/mine/MyTab.tsx";
import { UseBar } from "../dashboard/result/UseBar.tsx";
import { Verdict } from "../dashboard/result/Verdict.tsx";
import { exitText } from "../dashboard/told/toldText.ts";
import { words } from "../dashboard/words.ts";
import { useServices } from "../hooks/ServicesContext.tsx";
import { useAddress } from "../hooks/useAddress.ts";
import { useFederation } from "../hooks/useFederation.ts";
import { useGo } from "../hooks/useGo.ts";
import { useSession } from "../hooks/useSession.ts";
import { useTask } from "../hooks/useTask.ts";
import { useTeam } from "../hooks/useTeam.ts";
import { useUsesAlone } from "../hooks/useUsesAlone.ts";
import { withRank } from "../lib/federation/withRank.ts";
import { joinPath, teamPath } from "../lib/links.ts";
import { MixPanel } from "../playground/MixPanel.tsx";
import { PlaygroundView } from "../playground/PlaygroundView.tsx";
import { PredictFile } from "../playground/PredictFile.tsx";
import { MakeTeam } from "../team/MakeTeam.tsx";
import { TeamPanel } from "../team/TeamPanel.tsx";
import { FailureAlert } from "../ui/FailureAlert.tsx";
import { FederationTabs } from "./FederationTabs.tsx";
import { FeedNotice } from "./FeedNotice.tsx";
import { progressTitle, titleOf } from "./titleOf.ts";

/** The participant's view. After a reload the tab comes back as the client it was; a tab that is none goes to the join page. */
export function FederationPage() {
  const { federationId, token } = useAddress();
  const feed = useFederation(federationId, token);
  const mine = useSession(federationId);
  const team = useTeam(federationId);
  const alone = useUsesAlone(federationId);
  const { usesAlone } = alone;
  const { view } = useParams();
  const isPlayground = view === "playground";
  const ended = mine?.state.stage.kind === "finished" ? mine.state : null;
  const comingBack = feed.kind === "live" && !mine && <ComingBack snapshot={feed.snapshot} token={token} />;
  return (
    <Shell
      title={titleOf(feed, isPlayground ? words.federationPage.playground : words.federationPage.rounds)}
      progress={isPlayground ? null : progressTitle(feed)}
    >
      <FeedNotice feed={feed} />
      {mine?.state.stage.kind === "removed" && (
        <Alert mb="md" color="gray" title={words.federationPage.notTakingPart}>
          {exitText(mine.state.stage)}{" "}
          <Button component={Link} to="/" size="xs" variant="default">
            {words.federationPage.frontPage}
          </Button>
        </Alert>
      )}
      {feed.kind === "live" && <FederationTabs federationId={federationId} token={token} />}
      {feed.kind === "live" &&
        isPlayground &&
        (mine ? <PlaygroundView {...mine} snapshot={feed.snapshot} usesAlone={usesAlone} /> : comingBack)}
      {feed.kind === "live" && !(isPlayground && mine) && (
        <Dashboard
          snapshot={feed.snapshot}
          token={token}
          myRole={words.federationPage.roles[roleOf(mine?.state ?? null, feed.snapshot)]}
          tab={
            mine ? (
              <>
                {team && <TeamPanel {...team} />}
                <MyTab
                  {...mine}
                  snapshot={feed.snapshot}
                  token={token}
                  memory={
                    <MemoryNote
                      settings={withRank(feed.snapshot.config, ownRank(feed.snapshot, mine.state))}
                      place={{ kind: "join", smaller: forSmallDevices(feed.snapshot.config) }}
                    />
                  }
                  usesAlone={usesAlone}
                  mixture={<MixPanel {...mine} snapshot={feed.snapshot} />}
                />
                {!team && canBeTeam(mine.state) && <MakeTeam federationId={federationId} config={feed.snapshot.config} />}
              </>
            ) : (
              comingBack
            )
          }
          own={mine?.state ?? null}
          never={mine && <NeverLeaves config={feed.snapshot.config} figures={mine.state.figures} />}
          verdict={
            ended?.own && (
              <Verdict
                own={ended.own}
                testRows={ended.own.testRows ?? ended.samples?.test ?? null}
                alone={ended.adapters?.alone ? alone : null}
              />
            )
          }
          figures={ended && mine && <FiguresPanel {...mine} config={feed.snapshot.config} />}
          useBar={
            ended &&
            mine && (
              <UseBar
                predict={<PredictFile {...mine} snapshot={feed.snapshot} usesAlone={usesAlone} />}
                usesAlone={usesAlone}
                state={ended}
                snapshot={feed.snapshot}
                token={token}
              />
            )
          }
        />
      )}
    </Shell>
  );
}

/** Out: to the end, or until it was. One that comes back is what the federation lets it be. */
function roleOf(state: SessionState | null, { endedAt }: Snapshot): "in" | "out" | "failed" {
  if (state === null) return endedAt === null ? "in" : "out";
  if (state.stage.kind === "failed") return "failed";
  return isTakingPart(state) ? "in" : "out";
}

const ownRank = ({ clients }: Snapshot, { clientId }: SessionState): number | null =>
  clients.find(({ id }) => id === clientId)?.rank ?? null;

/** It is a client, and there is something left to train. */
const canBeTeam = (state: SessionState): boolean => state.clientId !== null && isTakingPart(state);

/** Goes on as the client of before a reload, once this device has the base model's files; one that is out needs none. */
function ComingBack({ snapshot, token }: { readonly snapshot: Snapshot; readonly token: string }) {
  const { federationId, config } = snapshot;
  const services = useServices();
  const go = useGo();
  const files = useModelFiles(config.model);
  const [resuming, resume] = useTask();
  const identity = services.storage.identity(federationId);
  const trains = identity !== null && identity.removed === null;
  const isReady = !trains || files.missing?.length === 0;

  // biome-ignore lint/correctness/useExhaustiveDependencies: once per federation; `resume` and `go` change with every render.
  useEffect(() => {
    if (!isReady) return;
    resume(async () => {
      const come = await services.resume(federationId);
      if (come.as === "nobody") go(joinPath(federationId, token), { replace: true });
      if (come.as === "member") go(teamPath(federationId, come.secret), { replace: true });
    });
  }, [services, federationId, token, isReady]);

  return (
    <>
      {trains && <ModelFilesPanel model={config.model} files={files} />}
      {resuming.kind === "failed" && (
        <FailureAlert failure={resuming.failure}>
          <Button mt="sm" size="xs" variant="default" onClick={() => location.reload()}>
            {words.federationPage.tryAgain}
          </Button>
        </FailureAlert>
      )}
    </>
  );
}
