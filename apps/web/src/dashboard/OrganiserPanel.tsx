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
    <Panel title="Organiser" aside={<Link to={createdPath(federationId)}>all links</Link>}>
      {ENDED.has(phase) ? (
        <p className="instead">This federation is over. What every round aggregated is kept by the coordinator.</p>
      ) : (
        <Group gap="xs" align="flex-end">
          {phase === "waiting" && button("Start now", { kind: "start" })}
          {phase === "paused" ? button("Resume", { kind: "resume" }) : phase !== "waiting" && button("Pause", { kind: "pause" })}
          {openRound && button("Close the round now", { kind: "closeRound" })}
          <ConfirmButton
            label="Stop the federation"
            warning="Nobody trains on, and it cannot be started again. Everybody keeps the adapters they have; what was aggregated stays here."
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
        aria-label="Client to remove"
        value={chosen}
        onChange={(event) => setChosen(event.currentTarget.value)}
        data={[
          { value: "", label: "Choose a client" },
          ...clients.map(({ id, name, status }) => ({ value: id, label: status === "left" ? `${name} (left)` : name })),
        ]}
      />
      <ConfirmButton
        label={name === undefined ? "Remove" : `Remove ${name}`}
        warning="It cannot come back by the link that it has, and the invite link is replaced by a new one. What it contributed stays in the shared adapter; it keeps its own adapters."
        disabled={busy || name === undefined}
        onConfirm={() => onRemove(chosen)}
      />
    </Group>
  );
}
