import type { Snapshot } from "@duet/lora-core/protocol/snapshot";
import { Button, Group, NativeSelect } from "@mantine/core";
import { useState } from "react";
import { Link } from "react-router";
import type { ControlAction, Organiser } from "../hooks/useOrganiser.ts";
import { createdPath } from "../lib/links.ts";
import { ConfirmButton } from "../ui/ConfirmButton.tsx";
import { FailureAlert } from "../ui/FailureAlert.tsx";
import { Panel } from "../ui/Panel.tsx";
import { ENDED } from "./progressView.ts";
import { words } from "./words.ts";

export interface OrganiserPanelProps {
  readonly snapshot: Snapshot;
  readonly organiser: Organiser;
}

/** Controls for who has the organiser's link. */
export function OrganiserPanel({ snapshot, organiser }: OrganiserPanelProps) {
  const { federationId, phase, openRound, clients } = snapshot;
  const { task, send } = organiser;
  const button = (label: string, action: ControlAction) => (
    <Button size="xs" variant="default" disabled={task.kind === "busy"} onClick={() => send(action)}>
      {label}
    </Button>
  );
  return (
    <Panel
      title={words.organiserPanel.organiser}
      aside={<Link to={createdPath(federationId)}>{words.organiserPanel.allLinks}</Link>}
    >
      {ENDED.has(phase) ? (
        <p className="instead">{words.organiserPanel.over}</p>
      ) : (
        <Group gap="xs" align="flex-end">
          {phase === "waiting" && button(words.organiserPanel.startNow, { kind: "start" })}
          {phase === "paused"
            ? button(words.organiserPanel.resume, { kind: "resume" })
            : phase !== "waiting" && button(words.organiserPanel.pause, { kind: "pause" })}
          {openRound && button(words.organiserPanel.closeTheRoundNow, { kind: "closeRound" })}
          <ConfirmButton
            label={words.organiserPanel.stopTheFederation}
            warning={words.organiserPanel.stopWarning}
            disabled={task.kind === "busy"}
            onConfirm={() => send({ kind: "stop" })}
          />
          <RemoveClient
            clients={clients}
            busy={task.kind === "busy"}
            onRemove={(clientId) => send({ kind: "remove", clientId })}
          />
        </Group>
      )}
      {task.kind === "failed" && <FailureAlert failure={task.failure} />}
    </Panel>
  );
}

interface RemoveClientProps {
  readonly clients: Snapshot["clients"];
  readonly busy: boolean;
  readonly onRemove: (clientId: string) => void;
}

function RemoveClient({ clients, busy, onRemove }: RemoveClientProps) {
  const [chosen, setChosen] = useState("");
  if (clients.length === 0) return null;
  const name = clients.find(({ id }) => id === chosen)?.name;
  return (
    <Group gap="xs">
      <NativeSelect
        size="xs"
        aria-label={words.organiserPanel.clientToRemove}
        value={chosen}
        onChange={(event) => setChosen(event.currentTarget.value)}
        data={[
          { value: "", label: words.organiserPanel.chooseAClient },
          ...clients.map(({ id, name, status }) => ({
            value: id,
            label: status === "left" ? words.organiserPanel.left(name) : name,
          })),
        ]}
      />
      <ConfirmButton
        label={name === undefined ? words.organiserPanel.remove : words.organiserPanel.removeNamed(name)}
        warning={words.organiserPanel.removeWarning}
        disabled={busy || name === undefined}
        onConfirm={() => onRemove(chosen)}
      />
    </Group>
  );
}
