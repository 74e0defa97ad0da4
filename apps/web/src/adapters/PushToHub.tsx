import type { KeptAdapters } from "@duet/client/keptAdapters";
import type { ClientAdapterKind } from "@duet/lora-core/federation/heldAdapters";
import type { FederationConfig } from "@duet/lora-core/protocol/federationConfig";
import { Button, Checkbox, Group, NativeSelect, PasswordInput, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useServices } from "../hooks/ServicesContext.tsx";
import { useStore } from "../hooks/useStore.ts";
import { useTask } from "../hooks/useTask.ts";
import { words as common } from "../lib/words.ts";
import { type Export, pushExport } from "../services/adapterExport.ts";
import { signInToHub } from "../services/hubSignIn.ts";
import { ownAdapter } from "./adapterDownloads.ts";
import { ExportState } from "./ExportState.tsx";
import { RecognisedRows } from "./RecognisedRows.tsx";
import { words } from "./words.ts";

export interface PushToHubProps {
  readonly federationId: string;
  readonly config: FederationConfig;
  readonly adapters: KeptAdapters;
  readonly available: readonly ClientAdapterKind[];
  readonly usesAlone: boolean;
  readonly format: Export["format"];
  /** The base cannot be written in this format. */
  readonly refused: boolean;
}

/** An adapter to a repository of the hub, straight from the tab. The token is held while this is open, and nowhere else. */
export function PushToHub({ federationId, config, adapters, available, usesAlone, format, refused }: PushToHubProps) {
  const { coordinator } = useServices();
  const status = useStore(coordinator.status);
  const canSignIn = status.kind === "ready" && status.offer.hubClientId !== null;
  const [state, start] = useTask();
  const [share, setShare] = useState(0);
  const [pushed, setPushed] = useState<string | null>(null);
  const [repository, setRepository] = useState("");
  const [token, setToken] = useState("");
  const [isPrivate, setPrivate] = useState(true);
  const [chosen, setChosen] = useState<ClientAdapterKind | null>(null);
  const kind = chosen ?? (usesAlone ? "alone" : (available.at(-1) ?? "shared"));
  const [pushing, setPushing] = useState<AbortController | null>(null);
  const push = (event: FormEvent) => {
    event.preventDefault();
    const giveUp = new AbortController();
    setPushing(giveUp);
    setPushed(null);
    setShare(0);
    start(async () => {
      const { fileName: _, ...wanted } = ownAdapter(kind, adapters, config, format);
      try {
        setPushed(await pushExport(coordinator, wanted, { repository, token, isPrivate }, setShare, giveUp.signal));
        setToken("");
      } catch (error) {
        if (!giveUp.signal.aborted) throw error;
      } finally {
        setPushing(null);
      }
    });
  };
  return (
    <details>
      <summary>{words.pushToHub.title}</summary>
      <form onSubmit={push} aria-label={words.pushToHub.title}>
        <p className="muted small">{words.pushToHub.leaves}</p>
        <NativeSelect
          size="xs"
          label={words.pushToHub.adapter}
          value={kind}
          onChange={(event) => setChosen(available.find((one) => one === event.currentTarget.value) ?? null)}
          data={available.map((one) => ({ value: one, label: common.adapterNames[one] }))}
        />
        <TextInput
          size="xs"
          label={words.pushToHub.repository}
          placeholder="owner/name"
          pattern="[\w.\-]+/[\w.\-]+"
          required
          value={repository}
          onChange={(event) => setRepository(event.currentTarget.value)}
        />
        {canSignIn && (
          <Button size="xs" variant="default" mt="xs" onClick={() => start(async () => setToken(await signInToHub(coordinator)))}>
            {token === "" ? words.pushToHub.signIn : words.pushToHub.signedIn}
          </Button>
        )}
        <PasswordInput
          visibilityToggleButtonProps={{ "aria-label": words.pushToHub.showIt }}
          size="xs"
          label={words.pushToHub.token}
          description={words.pushToHub.tokenKept}
          autoComplete="off"
          required
          value={token}
          onChange={(event) => setToken(event.currentTarget.value.trim())}
        />
        <Group gap="sm" mt="xs">
          <Checkbox
            size="xs"
            label={words.pushToHub.private}
            checked={isPrivate}
            onChange={(event) => setPrivate(event.currentTarget.checked)}
          />
          <Button size="xs" type="submit" variant="default" disabled={refused} loading={state.kind === "busy"}>
            {words.pushToHub.push}
          </Button>
          {pushing && (
            <Button size="xs" variant="default" onClick={() => pushing.abort()}>
              {words.pushToHub.cancel}
            </Button>
          )}
        </Group>
        <RecognisedRows federationId={federationId} adapter={kind} named advised />
      </form>
      <ExportState state={state} share={share} />
      {pushed && (
        <p role="status">
          {words.pushToHub.pushed}{" "}
          <a href={pushed} target="_blank" rel="noreferrer">
            {pushed}
          </a>
        </p>
      )}
    </details>
  );
}
