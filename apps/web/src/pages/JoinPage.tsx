import type { MemorySettings } from "@duet/client/memoryAdvice";
import { defaultFederation } from "@duet/lora-core/federation/federationDefaults";
import { type FiguresFor, leastFigures } from "@duet/lora-core/protocol/figures";
import { MAX_NAME_LENGTH } from "@duet/lora-core/protocol/limits";
import type { Snapshot } from "@duet/lora-core/protocol/snapshot";
import { freeName, isVisible } from "@duet/lora-core/protocol/visibleText";
import { ROBUSTNESS_WORDS } from "@duet/lora-core/robustness/robustnessWords";
import { startsPersonal } from "@duet/lora-core/strategies/planFacts";
import { methodOf } from "@duet/lora-core/strategies/registry";
import { Alert, Button, Group, TextInput } from "@mantine/core";
import { IconLock } from "@tabler/icons-react";
import { type FormEvent, useState } from "react";
import { Link, Navigate, parsePath, useLocation } from "react-router";
import { ContinueFromAdapter } from "../adapters/ContinueFromAdapter.tsx";
import { Shell } from "../app/Shell.tsx";
import { ConnectDataPanel } from "../connect/ConnectDataPanel.tsx";
import { type ClosedDoor, closedDoor } from "../connect/closedDoor.ts";
import { connectedData } from "../connect/connectState.ts";
import { fittingSample } from "../connect/fittingSample.ts";
import { MemoryNote } from "../connect/MemoryNote.tsx";
import { ModelFilesPanel } from "../connect/ModelFilesPanel.tsx";
import { useConnectData } from "../connect/useConnectData.ts";
import { useModelFiles } from "../connect/useModelFiles.ts";
import { WhatLeaves } from "../connect/WhatLeaves.tsx";
import { stripView } from "../dashboard/progressView.ts";
import { useServices } from "../hooks/ServicesContext.tsx";
import { useAddress } from "../hooks/useAddress.ts";
import { useFederation } from "../hooks/useFederation.ts";
import { useGo } from "../hooks/useGo.ts";
import { useTask } from "../hooks/useTask.ts";
import { plural } from "../lib/format.ts";
import { federationPath, watchPath } from "../lib/links.ts";
import { FailureAlert } from "../ui/FailureAlert.tsx";
import { Panel } from "../ui/Panel.tsx";
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
    <Shell title={titleOf(feed, "Join")}>
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
  const [figures, setFigures] = useState<FiguresFor>(() => leastFigures(config));
  const [joining, join] = useTask();
  const data = connectedData(connect.state);
  const files = useModelFiles(config.model);
  const door = closedDoor(snapshot);
  const proposal = proposedName(name, clients);
  const missing = whatIsMissing({ hasFiles: files.missing?.length === 0, hasData: data !== null, name, proposal });

  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!data || door || missing !== null) return;
    join(async () => {
      await services.join({ federationId, inviteToken, name: name.trim(), figures, rows: data.rows, personal });
      go(federationPath(federationId, inviteToken));
    });
  };

  return (
    <form onSubmit={submit} className="column">
      <div>
        <h1>Join {config.name}</h1>
        <p className="soft">
          {stripView(snapshot, Date.now()).status} · {clients.length > 0 && `${plural(clients.length, "client")} · `}base model{" "}
          {config.model.name} · {plural(config.budgets.rounds, "round")} · {protectionText(config)}
        </p>
      </div>
      {door ? (
        <ClosedDoorNote {...door} federationId={federationId} token={inviteToken} />
      ) : (
        <div className="joining">
          <div className="column">
            {rule === "approval" && (
              <Alert icon={<IconLock />} title="The organiser lets people in.">
                You ask with the button below; this tab waits for the answer.
              </Alert>
            )}
            <ModelFilesPanel model={config.model} files={files} />
            <ConnectDataPanel connect={connect} task={config.task} sample={fittingSample(snapshot)} />
            {startsPersonal(method, config.budgets) && (
              <ContinueFromAdapter config={config} personal={personal} onChange={setPersonal} />
            )}
          </div>
          <div className="column">
            <Panel title="You here">
              <TextInput
                label="Your name"
                description="The others see it. A place, not a person."
                value={name}
                onChange={(event) => setName(event.currentTarget.value)}
                error={nameProblem(name, proposal)}
                maxLength={MAX_NAME_LENGTH}
                required
              />
              {proposal !== null && (
                <Button mt="sm" size="xs" variant="default" onClick={() => setName(proposal)}>
                  Take {proposal}
                </Button>
              )}
              <MemoryNote settings={config} place={{ kind: "join", smaller: forSmallDevices(config) }} />
              {joining.kind === "failed" && <FailureAlert failure={joining.failure} />}
              <Button type="submit" size="md" mt="md" fullWidth disabled={missing !== null} loading={joining.kind === "busy"}>
                {rule === "approval" ? "Ask to join" : "Join and train"}
              </Button>
              <p className="muted small" role="status">
                {missing ?? "You can leave at any time and keep your adapters."}
              </p>
            </Panel>
            <WhatLeaves config={config} figures={figures} onFigures={setFigures} />
          </div>
        </div>
      )}
    </form>
  );
}

/** In place of everything that would be in vain. */
function ClosedDoorNote({
  title,
  text,
  federationId,
  token,
}: ClosedDoor & { readonly federationId: string; readonly token: string }) {
  return (
    <Alert icon={<IconLock />} title={title} role="alert">
      {text}
      <Group mt="sm">
        <Button component={Link} to={watchPath(federationId, token)} size="xs" variant="default">
          Look on
        </Button>
      </Group>
    </Alert>
  );
}

/** What a federation of the same base and task takes where phones and old laptops are meant to join. */
const forSmallDevices = ({ name, model, task }: Snapshot["config"]): MemorySettings =>
  defaultFederation({ name, model, task, devices: "small" });

/** How single updates and rows are protected. */
function protectionText({ aggregation, robustness, clientPrivacy, training: { privacy } }: Snapshot["config"]): string {
  const updates =
    aggregation === "secure" ? "updates are summed securely" : `protection: ${ROBUSTNESS_WORDS[robustness.kind].label}`;
  return [
    updates,
    ...(clientPrivacy ? [`differential privacy of clients, epsilon ${clientPrivacy.epsilon}`] : []),
    ...(privacy ? [`differential privacy of rows, epsilon ${privacy.epsilon}`] : []),
  ].join(" · ");
}

/** A free name like this one, where somebody who is in has it already. */
function proposedName(name: string, clients: Snapshot["clients"]): string | null {
  const held = clients.filter(({ status }) => status !== "left").map((client) => client.name);
  const free = freeName(name.trim(), held, MAX_NAME_LENGTH);
  return name.trim() === "" || free === name.trim() ? null : free;
}

function nameProblem(name: string, proposal: string | null): string | null {
  if (!isVisible(name.trim())) return "There are characters in it that cannot be seen: type it again.";
  return proposal === null ? null : "Somebody here is called that already.";
}

interface Joining {
  readonly hasFiles: boolean;
  readonly hasData: boolean;
  readonly name: string;
  readonly proposal: string | null;
}

/** The first thing without which nobody can join; null when there is none. */
function whatIsMissing(form: Joining): string | null {
  if (!form.hasFiles) return "Choose the base model's files first.";
  if (!form.hasData) return "Connect your data first.";
  if (form.name.trim() === "") return "Your name is missing.";
  return nameProblem(form.name, form.proposal) && "Choose another name.";
}
