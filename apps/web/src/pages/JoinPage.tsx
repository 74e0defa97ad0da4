import { rankByMemory } from "@duet/client/memoryAdvice";
import { proposeRank } from "@duet/client/rankProposal";
import { type FiguresFor, leastFigures } from "@duet/lora-core/protocol/figures";
import { MAX_NAME_LENGTH } from "@duet/lora-core/protocol/limits";
import type { Snapshot } from "@duet/lora-core/protocol/snapshot";
import { freeName, isVisible, nameKey } from "@duet/lora-core/protocol/visibleText";
import { startsPersonal } from "@duet/lora-core/strategies/planFacts";
import { methodOf } from "@duet/lora-core/strategies/registry";
import { Alert, Button, Group } from "@mantine/core";
import { IconLock } from "@tabler/icons-react";
import { Fragment, type ReactNode, useState } from "react";
import { Link, Navigate, parsePath, useLocation } from "react-router";
import { ContinueFromAdapter } from "../adapters/ContinueFromAdapter.tsx";
import { Shell } from "../app/Shell.tsx";
import { ConnectDataPanel } from "../connect/ConnectDataPanel.tsx";
import { type ClosedDoor, closedDoor } from "../connect/closedDoor.ts";
import { type ConnectState, connectedData } from "../connect/connectState.ts";
import { fittingSample } from "../connect/fittingSample.ts";
import { forSmallDevices } from "../connect/forSmallDevices.ts";
import { othersRows } from "../connect/labelBalance.ts";
import { ModelFilesPanel } from "../connect/ModelFilesPanel.tsx";
import { ParticipantForm } from "../connect/ParticipantForm.tsx";
import { RankChoice } from "../connect/RankChoice.tsx";
import { ReadinessCheck } from "../connect/ReadinessCheck.tsx";
import { RowsAsRead } from "../connect/RowsAsRead.tsx";
import { begunRound, computingText, readiness } from "../connect/readiness.ts";
import { useConnectData } from "../connect/useConnectData.ts";
import { useDeviceCheck } from "../connect/useDeviceCheck.ts";
import { useModelFiles } from "../connect/useModelFiles.ts";
import { WhatLeaves } from "../connect/WhatLeaves.tsx";
import { words } from "../connect/words.ts";
import { stripView } from "../dashboard/progressView.ts";
import { deviceReason } from "../dashboard/told/toldText.ts";
import { useServices } from "../hooks/ServicesContext.tsx";
import { useAddress } from "../hooks/useAddress.ts";
import { useDeviceLimits } from "../hooks/useDeviceLimits.ts";
import { useFederation } from "../hooks/useFederation.ts";
import { useGo } from "../hooks/useGo.ts";
import { useTask } from "../hooks/useTask.ts";
import { withRank } from "../lib/federation/withRank.ts";
import { federationPath, watchPath } from "../lib/links.ts";
import { words as common } from "../lib/words.ts";
import { FailureAlert } from "../ui/FailureAlert.tsx";
import { Term } from "../ui/Term.tsx";
import { FeedNotice } from "./FeedNotice.tsx";
import { titleOf } from "./titleOf.ts";

/** From an invite link to a client: name, what leaves, data, join. */
export function JoinPage() {
  const { federationId, token } = useAddress();
  const { storage } = useServices();
  const { search } = useLocation();
  const feed = useFederation(federationId, token);
  if (storage.identity(federationId))
    return <Navigate to={{ ...parsePath(federationPath(federationId, token)), search }} replace />;
  return (
    <Shell title={titleOf(feed, words.joinPage.join)}>
      <FeedNotice feed={feed} />
      {feed.kind === "live" && <JoinForm snapshot={feed.snapshot} inviteToken={token} />}
    </Shell>
  );
}

function JoinForm({ snapshot, inviteToken }: { readonly snapshot: Snapshot; readonly inviteToken: string }) {
  const { federationId, config, clients, joining: rule } = snapshot;
  const method = methodOf(config.strategy);
  const services = useServices();
  const go = useGo();
  const connect = useConnectData(config.task, config.seed);
  const [name, setName] = useState(() => services.storage.asking(federationId)?.name ?? "");
  const [personal, setPersonal] = useState<Uint8Array | null>(null);
  const [rank, setRank] = useState<number | null>(null);
  const [figures, setFigures] = useState<FiguresFor>(() => leastFigures(config));
  const [joining, join] = useTask();
  const data = connectedData(connect.state);
  const files = useModelFiles(config.model);
  const limits = useDeviceLimits();
  const door = closedDoor(snapshot);
  const proposed = config.ranks && limits && !door ? rankByMemory(config, limits) : null;
  /** As this device would train. */
  const fitting = withRank(config, rank ?? proposed);
  const [check, startCheck] = useDeviceCheck(fitting, data);
  const begun = begunRound(snapshot);
  const ready = check.kind === "checked" && data ? readiness(fitting, check.check, data.parts, begun) : null;
  const measured = check.kind === "checked" && data ? { ...check.check, trainRows: data.parts.train } : null;
  const ranked = proposed !== null && rank === null && measured ? proposeRank(config, proposed, measured) : null;
  const isWaiting = joining.kind === "busy" && check.kind === "checking";
  const proposal = proposedName(name, clients);
  const missing = whatIsMissing({ hasFiles: files.missing?.length === 0, data: connect.state, name, proposal });

  const enter = () => {
    if (!data) return;
    join(async () => {
      await services.join({ federationId, inviteToken, name: name.trim(), figures, rank, rows: data.rows, personal });
      go(federationPath(federationId, inviteToken));
    });
  };

  const facts: readonly ReactNode[] = [
    stripView(snapshot, Date.now()).status,
    ...(clients.length > 0 ? [common.counts.clients(clients.length)] : []),
    words.joinPage.baseModel(<Term term="base model" />, config.model.name),
    <Term key="rounds" term="round">
      {common.counts.rounds(config.budgets.rounds)}
    </Term>,
    ...(door ? [] : [computingText(fitting, data, ready)]),
    ...protections(config),
  ];
  const head = (
    <div>
      <h1>{door ? config.name : words.joinPage.joinNamed(config.name)}</h1>
      <p className="soft">
        {facts.map((fact, place) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the place is what it is
          <Fragment key={place}>
            {place > 0 && " · "}
            {fact}
          </Fragment>
        ))}
      </p>
    </div>
  );
  if (door) {
    return (
      <div className="column">
        {head}
        <ClosedDoorNote {...door} federationId={federationId} token={inviteToken} />
      </div>
    );
  }
  return (
    <div className="column">
      {head}
      <ParticipantForm
        title={words.joinPage.youHere}
        name={{
          label: words.joinPage.yourName,
          hint: words.joinPage.yourNameNote,
          value: name,
          error: nameProblem(name, proposal),
          onChange: setName,
        }}
        proposal={
          <>
            {proposal !== null && (
              <Button mt="sm" size="xs" variant="default" onClick={() => setName(proposal)}>
                {words.joinPage.take(proposal)}
              </Button>
            )}
            {config.ranks && <RankChoice config={config} rank={rank} proposed={proposed} onRank={setRank} />}
          </>
        }
        settings={fitting}
        smaller={forSmallDevices(config)}
        data={
          <>
            {rule === "approval" && (
              <Alert icon={<IconLock />} title={words.joinPage.approval}>
                {words.joinPage.approvalText}
              </Alert>
            )}
            <ModelFilesPanel model={config.model} files={files} />
            <ConnectDataPanel
              connect={connect}
              task={config.task}
              sample={fittingSample(snapshot)}
              others={othersRows(snapshot)}
            />
            {connect.state.kind === "table" && connect.state.data && <RowsAsRead config={config} data={connect.state.data} />}
            {startsPersonal(method, config.budgets) && !config.ranks && (
              <ContinueFromAdapter config={config} personal={personal} onChange={setPersonal} />
            )}
          </>
        }
        check={
          <>
            {data && files.missing?.length === 0 && (
              <ReadinessCheck
                config={fitting}
                hasBegun={begun !== null}
                state={check}
                ready={ready}
                proposal={ranked}
                onStart={startCheck}
                isDisabled={joining.kind === "busy"}
                reasonOf={deviceReason}
              />
            )}
            {joining.kind === "failed" && <FailureAlert failure={joining.failure} />}
          </>
        }
        aside={<WhatLeaves config={config} figures={figures} onFigures={setFigures} />}
        submit={rule === "approval" ? words.joinPage.askToJoin : words.joinPage.joinAndTrain}
        isBusy={joining.kind === "busy"}
        missing={missing}
        note={isWaiting ? words.joinPage.afterTheCheck : words.joinPage.leaveAnyTime}
        onSubmit={enter}
      />
    </div>
  );
}

/** In place of everything that would be in vain. */
function ClosedDoorNote({
  title,
  text,
  look,
  federationId,
  token,
}: ClosedDoor & { readonly federationId: string; readonly token: string }) {
  return (
    <Alert icon={<IconLock />} title={title} role="alert">
      {text}
      <Group mt="sm">
        <Button component={Link} to={watchPath(federationId, token)} size="xs" variant="default">
          {look}
        </Button>
      </Group>
    </Alert>
  );
}

/** How single updates and rows are protected. */
function protections({ aggregation, clientPrivacy, training: { privacy } }: Snapshot["config"]): readonly ReactNode[] {
  const epsilon = <Term term="epsilon" />;
  return [
    aggregation === "secure" ? (
      <Term key="sum" term="secure sum">
        {words.joinPage.secure}
      </Term>
    ) : (
      words.joinPage.plain
    ),
    ...(clientPrivacy ? [words.joinPage.clientPrivacy(epsilon, clientPrivacy.epsilon)] : []),
    ...(privacy ? [words.joinPage.rowPrivacy(epsilon, privacy.epsilon)] : []),
  ];
}

/** A free name like this one, where somebody who is in has it already. */
function proposedName(name: string, clients: Snapshot["clients"]): string | null {
  const held = new Set(clients.filter(({ status }) => status !== "left").map((client) => nameKey(client.name)));
  const free = freeName(name.trim(), (key) => held.has(key), MAX_NAME_LENGTH);
  return name.trim() === "" || free === name.trim() ? null : free;
}

function nameProblem(name: string, proposal: string | null): string | null {
  if (!isVisible(name.trim())) return words.joinPage.invisible;
  return proposal === null ? null : words.joinPage.nameTaken;
}

interface Joining {
  readonly hasFiles: boolean;
  readonly data: ConnectState;
  readonly name: string;
  readonly proposal: string | null;
}

const isRefused = (data: ConnectState): boolean => data.kind === "failed" || (data.kind === "table" && data.failure !== null);

function whatDataLacks(data: ConnectState): string {
  if (isRefused(data)) return words.joinPage.otherData;
  return data.kind === "table" && data.choice.answer === "" ? words.joinPage.answerFirst : words.joinPage.dataFirst;
}

/** The first thing without which nobody can join; null when there is none. */
function whatIsMissing(form: Joining): string | null {
  if (!form.hasFiles) return words.joinPage.filesFirst;
  if (!connectedData(form.data)) return whatDataLacks(form.data);
  if (form.name.trim() === "") return words.joinPage.nameMissing;
  return nameProblem(form.name, form.proposal) && words.joinPage.otherName;
}
