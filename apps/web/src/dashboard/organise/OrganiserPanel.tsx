import { skippableIn } from "@duet/lora-core/protocol/awaited";
import type { Snapshot } from "@duet/lora-core/protocol/snapshot";
import { Group, NativeSelect } from "@mantine/core";
import { useState } from "react";
import { Link } from "react-router";
import type { ControlAction, Organiser } from "../../hooks/useOrganiser.ts";
import { startHeldBy } from "../../lib/federation/startHeldBy.ts";
import { createdPath } from "../../lib/links.ts";
import { words as common } from "../../lib/words.ts";
import { ConfirmButton } from "../../ui/ConfirmButton.tsx";
import { FailureAlert } from "../../ui/FailureAlert.tsx";
import { Panel } from "../../ui/Panel.tsx";
import { RowAction } from "../../ui/RowAction.tsx";
import { ENDED } from "../progressView.ts";
import { stragglers } from "./stragglers.ts";
import { WholeFederation } from "./WholeFederation.tsx";
import { words } from "./words.ts";

export interface OrganiserPanelProps {
  readonly snapshot: Snapshot;
  readonly organiser: Organiser;
}

/** Controls for who has the organiser's link. */
export function OrganiserPanel({ snapshot, organiser }: OrganiserPanelProps) {
  const { federationId, phase, openRound, clients } = snapshot;
  const { task, send, view } = organiser;
  const key = view?.links.organiser.token ?? null;
  const goesOnWithout = stragglers(snapshot);
  const held = phase === "waiting" ? startHeldBy(snapshot) : null;
  const button = (label: string, action: ControlAction, isHeld = false) => (
    <RowAction label={label} isBusy={task.kind === "busy" || isHeld} onClick={() => send(action)} />
  );
  return (
    <Panel
      title={words.organiserPanel.organiser}
      aside={<Link to={createdPath(federationId)}>{words.organiserPanel.allLinks}</Link>}
    >
      {ENDED.has(phase) ? (
        <>
          <p className="instead">{words.organiserPanel.over}</p>
          {key !== null && <WholeFederation federationId={federationId} organiserKey={key} />}
        </>
      ) : (
        <Group gap="xs" align="flex-end">
          {phase === "waiting" && button(words.organiserPanel.startNow, { kind: "start" }, held !== null)}
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
          <OneClient
            clients={clients}
            awaited={skippableIn(snapshot)}
            busy={task.kind === "busy"}
            onSkip={(clientId) => send({ kind: "skip", clientId })}
            onRemove={(clientId) => send({ kind: "remove", clientId })}
          />
        </Group>
      )}
      {held && (
        <p className="muted small" style={{ margin: "8px 0 0" }}>
          {held}
        </p>
      )}
      {goesOnWithout.length > 0 && (
        <p className="muted small" style={{ margin: "8px 0 0" }}>
          {words.organiserPanel.goesOnWithout(common.listing.and(goesOnWithout))}
        </p>
      )}
      {task.kind === "failed" && <FailureAlert failure={task.failure} />}
    </Panel>
  );
}

interface OneClientProps {
  readonly clients: Snapshot["clients"];
  readonly awaited: readonly string[];
  readonly busy: boolean;
  readonly onSkip: (clientId: string) => void;
  readonly onRemove: (clientId: string) => void;
}

function OneClient({ clients, awaited, busy, onSkip, onRemove }: OneClientProps) {
  const [chosen, setChosen] = useState("");
  if (clients.length === 0) return null;
  const name = clients.find(({ id }) => id === chosen)?.name;
  return (
    <Group gap="xs">
      <NativeSelect
        size="xs"
        aria-label={words.organiserPanel.oneClient}
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
      {name !== undefined && awaited.includes(chosen) && (
        <RowAction label={words.organiserPanel.skipNamed(name)} isBusy={busy} onClick={() => onSkip(chosen)} />
      )}
      <ConfirmButton
        label={name === undefined ? words.organiserPanel.remove : words.organiserPanel.removeNamed(name)}
        warning={words.organiserPanel.removeWarning}
        disabled={busy || name === undefined}
        onConfirm={() => onRemove(chosen)}
      />
    </Group>
  );
}
