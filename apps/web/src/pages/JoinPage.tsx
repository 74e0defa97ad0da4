import type { Snapshot } from "@duet/lora-core/protocol/snapshot";
import { ROBUSTNESS_WORDS } from "@duet/lora-core/robustness/robustnessWords";
import { personalLeaves, startsPersonal, trainsPersonal } from "@duet/lora-core/strategies/planFacts";
import { methodOf } from "@duet/lora-core/strategies/registry";
import { Button, Group, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { Navigate, parsePath, useLocation } from "react-router";
import { ContinueFromAdapter } from "../adapters/ContinueFromAdapter.tsx";
import { Shell } from "../app/Shell.tsx";
import { ConnectDataPanel } from "../connect/ConnectDataPanel.tsx";
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
import { federationPath } from "../lib/links.ts";
import { FailureAlert } from "../ui/FailureAlert.tsx";
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
    <Shell title={titleOf(feed, "Join")} narrow>
      <FeedNotice feed={feed} />
      {feed.kind === "live" && <JoinForm snapshot={feed.snapshot} inviteToken={token} />}
    </Shell>
  );
}

function JoinForm({ snapshot, inviteToken }: { readonly snapshot: Snapshot; readonly inviteToken: string }) {
  const { federationId, config, clients } = snapshot;
  const method = methodOf(config.strategy);
  const services = useServices();
  const go = useGo();
  const connect = useConnectData(config.task, config.seed);
  const [name, setName] = useState("");
  const [personal, setPersonal] = useState<Uint8Array | null>(null);
  const [joining, join] = useTask();
  const data = connectedData(connect.state);
  const files = useModelFiles(config.model);
  const missing = whatIsMissing({ hasFiles: files.missing?.length === 0, hasData: data !== null, name });

  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!data || missing !== null) return;
    join(async () => {
      await services.join({ federationId, inviteToken, name: name.trim(), rows: data.rows, personal });
      go(federationPath(federationId, inviteToken));
    });
  };

  return (
    <form onSubmit={submit} className="column">
      <div>
        <h1 style={{ margin: "0 0 4px" }}>Join {config.name}</h1>
        <p className="muted" style={{ margin: 0 }}>
          {stripView(snapshot, Date.now()).status} · {clients.length > 0 && `${plural(clients.length, "client")} · `}base model{" "}
          {config.model.name} · {plural(config.budgets.rounds, "round")} · protection:{" "}
          {ROBUSTNESS_WORDS[config.robustness.kind].label}
        </p>
      </div>
      <TextInput
        label="Your name"
        description="The others see it."
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
        maxLength={60}
        required
      />
      <WhatLeaves hasPersonal={trainsPersonal(method, config.budgets)} personalLeaves={personalLeaves(method, config.budgets)} />
      <MemoryNote {...config} />
      <ModelFilesPanel model={config.model} files={files} />
      <ConnectDataPanel connect={connect} task={config.task} sample={fittingSample(snapshot)} />
      {startsPersonal(method, config.budgets) && (
        <ContinueFromAdapter config={config} personal={personal} onChange={setPersonal} />
      )}
      {joining.kind === "failed" && <FailureAlert failure={joining.failure} />}
      <Group>
        <Button type="submit" size="md" disabled={missing !== null} loading={joining.kind === "busy"}>
          Join and train
        </Button>
        <span className="muted small">{missing}</span>
      </Group>
    </form>
  );
}

/** The first thing without which nobody can join; null when there is none. */
function whatIsMissing(form: { readonly hasFiles: boolean; readonly hasData: boolean; readonly name: string }): string | null {
  if (!form.hasFiles) return "Choose the base model's files first.";
  if (!form.hasData) return "Connect your data first.";
  return form.name.trim() === "" ? "Your name is missing." : null;
}
