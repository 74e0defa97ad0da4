import type { Joining, OrganiserView } from "@duet/lora-core/protocol/organiserView";
import type { Snapshot } from "@duet/lora-core/protocol/snapshot";
import { type ReactNode, useState } from "react";
import type { LinkAddressesView } from "../../hooks/useLinkAddresses.ts";
import type { Organiser } from "../../hooks/useOrganiser.ts";
import { AccessFields } from "../../ui/AccessFields.tsx";
import { Panel } from "../../ui/Panel.tsx";
import { AddressChoice } from "../links/AddressChoice.tsx";
import { LinkRows } from "../links/LinkRows.tsx";
import { ENDED } from "../progressView.ts";
import { AtTheDoor } from "./AtTheDoor.tsx";
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
  if (ENDED.has(snapshot.phase)) return <Folded>{rules}</Folded>;
  return (
    <Panel title={words.accessPanel.whoComesIn} hint={words.accessPanel.hint}>
      <AtTheDoor waiting={view.waiting} organiser={organiser} />
      {rules}
    </Panel>
  );
}

/** What is in it is not drawn before it is opened: a choice measures itself as it comes, and would have all of the result's page laid out in the task that draws it. */
function Folded({ children }: { readonly children: ReactNode }) {
  const [isOpen, setIsOpen] = useState(false);
  return (
    <details className="quiet" open={isOpen} onToggle={({ currentTarget }) => setIsOpen(currentTarget.open)}>
      <summary>{words.accessPanel.linksAndList}</summary>
      {isOpen && children}
    </details>
  );
}
