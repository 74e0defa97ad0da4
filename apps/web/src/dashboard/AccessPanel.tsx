import type { Joining, OrganiserView } from "@duet/lora-core/protocol/organiserView";
import type { Snapshot } from "@duet/lora-core/protocol/snapshot";
import { Button, Group } from "@mantine/core";
import type { Organiser } from "../hooks/useOrganiser.ts";
import { formatClock } from "../lib/format.ts";
import { tightText } from "../lib/tightDevices.ts";
import { AccessFields } from "../ui/AccessFields.tsx";
import { Panel } from "../ui/Panel.tsx";
import { LinkRows } from "./LinkRows.tsx";
import { ENDED } from "./progressView.ts";

export interface AccessPanelProps {
  readonly snapshot: Snapshot;
  readonly view: OrganiserView;
  readonly organiser: Organiser;
}

/** Who comes in: those who wait, the rule for newcomers, the list on the front page, and the links. For the organiser; folded once it is over. */
export function AccessPanel({ snapshot, view, organiser }: AccessPanelProps) {
  const { send } = organiser;
  const rules = (
    <>
      <AccessFields
        joining={view.joining}
        listing={view.listing}
        onJoining={(joining: Joining) => send({ kind: "setJoining", joining })}
        onListing={(listing) => send({ kind: "setListing", listing })}
      />
      <LinkRows federationId={snapshot.federationId} links={view.links} organiser={organiser} />
    </>
  );
  if (ENDED.has(snapshot.phase)) {
    return (
      <details className="quiet">
        <summary>Links, and the list on the front page</summary>
        {rules}
      </details>
    );
  }
  return (
    <Panel
      title="Who comes in"
      hint="Who was removed cannot come back by the same link: removing somebody makes a new invite link. Who is in needs no link to come back."
    >
      <Waiting waiting={view.waiting} organiser={organiser} />
      {rules}
    </Panel>
  );
}

function Waiting({ waiting, organiser }: { readonly waiting: OrganiserView["waiting"]; readonly organiser: Organiser }) {
  if (waiting.length === 0) return null;
  const { task, send } = organiser;
  const button = (text: string, name: string, onClick: () => void) => (
    <Button size="xs" variant="default" disabled={task.kind === "busy"} onClick={onClick} aria-label={`${text} ${name}`}>
      {text}
    </Button>
  );
  return (
    <table className="plain cards" aria-label="Waiting to be let in">
      <thead>
        <tr>
          <th>Waiting</th>
          <th>Device</th>
          <th>Since</th>
          <th>
            <span className="visuallyHidden">Answer</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {waiting.map(({ id, name, device, askedAt }) => (
          <tr key={id}>
            <td data-label="Waiting">{name}</td>
            <td data-label="Device">{device ? `${device.description || device.backend}${tightText(device)}` : "not told"}</td>
            <td data-label="Since">{formatClock(askedAt)}</td>
            <td className="wide">
              <Group gap="xs">
                {button("Let in", name, () => send({ kind: "admit", waitingId: id }))}
                {button("Decline", name, () => send({ kind: "decline", waitingId: id }))}
              </Group>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
