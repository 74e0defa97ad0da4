import type { Joining, OrganiserView } from "@duet/lora-core/protocol/organiserView";
import type { Snapshot } from "@duet/lora-core/protocol/snapshot";
import { Group } from "@mantine/core";
import type { LinkAddressesView } from "../hooks/useLinkAddresses.ts";
import type { Organiser } from "../hooks/useOrganiser.ts";
import { formatClock } from "../lib/format.ts";
import { tightText } from "../lib/tightDevices.ts";
import { AccessFields } from "../ui/AccessFields.tsx";
import { Panel } from "../ui/Panel.tsx";
import { RowAction } from "../ui/RowAction.tsx";
import { AddressChoice } from "./links/AddressChoice.tsx";
import { LinkRows } from "./links/LinkRows.tsx";
import { ENDED } from "./progressView.ts";
import { words } from "./words.ts";

export interface AccessPanelProps {
  readonly snapshot: Snapshot;
  readonly view: OrganiserView;
  readonly organiser: Organiser;
  readonly links: LinkAddressesView;
}

/** Who comes in: those who wait, the rule for newcomers, the list on the front page, and the links. For the organiser; folded once it is over. */
export function AccessPanel({ snapshot, view, organiser, links }: AccessPanelProps) {
  const { send } = organiser;
  const rules = (
    <>
      <AccessFields
        joining={view.joining}
        listing={view.listing}
        onJoining={(joining: Joining) => send({ kind: "setJoining", joining })}
        onListing={(listing) => send({ kind: "setListing", listing })}
      />
      <AddressChoice links={links} />
      <LinkRows federationId={snapshot.federationId} links={view.links} organiser={organiser} base={links.chosen.address} />
    </>
  );
  if (ENDED.has(snapshot.phase)) {
    return (
      <details className="quiet">
        <summary>{words.accessPanel.linksAndList}</summary>
        {rules}
      </details>
    );
  }
  return (
    <Panel title={words.accessPanel.whoComesIn} hint={words.accessPanel.hint}>
      <Waiting waiting={view.waiting} organiser={organiser} />
      {rules}
    </Panel>
  );
}

function Waiting({ waiting, organiser }: { readonly waiting: OrganiserView["waiting"]; readonly organiser: Organiser }) {
  if (waiting.length === 0) return null;
  const { task, send } = organiser;
  const button = (text: string, name: string, onClick: () => void) => (
    <RowAction label={text} name={words.accessPanel.named(text, name)} isBusy={task.kind === "busy"} onClick={onClick} />
  );
  return (
    <table className="plain cards" aria-label={words.accessPanel.waitingToBeLetIn}>
      <thead>
        <tr>
          <th>{words.accessPanel.waiting}</th>
          <th>{words.accessPanel.device}</th>
          <th>{words.accessPanel.since}</th>
          <th>
            <span className="visuallyHidden">{words.accessPanel.answer}</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {waiting.map(({ id, name, device, askedAt }) => (
          <tr key={id}>
            <td data-label={words.accessPanel.waiting}>{name}</td>
            <td data-label={words.accessPanel.device}>
              {device ? `${device.description || device.backend}${tightText(device)}` : words.accessPanel.notTold}
            </td>
            <td data-label={words.accessPanel.since}>{formatClock(askedAt)}</td>
            <td className="wide">
              <Group gap="xs">
                {button(words.accessPanel.letIn, name, () => send({ kind: "admit", waitingId: id }))}
                {button(words.accessPanel.decline, name, () => send({ kind: "decline", waitingId: id }))}
              </Group>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
