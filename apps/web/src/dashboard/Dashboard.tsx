import type { Snapshot } from "@duet/lora-core/protocol/snapshot";
import type { ReactNode } from "react";
import { SharedAdaptersPanel } from "../adapters/SharedAdaptersPanel.tsx";
import { useServices } from "../hooks/ServicesContext.tsx";
import { useOrganiser } from "../hooks/useOrganiser.ts";
import { AccessPanel } from "./AccessPanel.tsx";
import { AccuracyPanel } from "./AccuracyPanel.tsx";
import { BudgetPanel } from "./BudgetPanel.tsx";
import { ClientTable } from "./ClientTable.tsx";
import { EventLog } from "./EventLog.tsx";
import { FusionPanel } from "./FusionPanel.tsx";
import { LossPanel } from "./LossPanel.tsx";
import { NetworkPanel } from "./NetworkPanel.tsx";
import { OrganiserPanel } from "./OrganiserPanel.tsx";
import { RoundsPanel } from "./RoundsPanel.tsx";
import { SecureSumPanel } from "./SecureSumPanel.tsx";
import { SentPanel } from "./SentPanel.tsx";
import { StatusStrip } from "./StatusStrip.tsx";

export interface DashboardProps {
  readonly snapshot: Snapshot;
  /** Watch or invite token. */
  readonly token: string;
  /** "taking part" or "watching". */
  readonly myRole: string;
  /** The participant's own column; null for a watcher. */
  readonly tab: ReactNode;
  /** This tab's client; null or left out for a watcher, and before it has joined. */
  readonly clientId?: string | null;
}

/** Everything there is to see of a federation: my tab at the left, everyone at the right. */
export function Dashboard({ snapshot, token, myRole, tab, clientId = null }: DashboardProps) {
  const { tokenFor } = useServices();
  const { federationId, config, joining, waiting, clients, phase } = snapshot;
  const left = clients.filter(({ status }) => status === "left").length;
  const organiser = useOrganiser(federationId, `${joining} ${waiting} ${left} ${phase}`, config.name);
  return (
    <>
      <StatusStrip
        snapshot={snapshot}
        myRole={organiser ? `${myRole}, organiser` : myRole}
        invite={organiser?.view?.links.invite.token ?? null}
      />
      <div className={tab ? "dashboard withTab" : "dashboard"}>
        {tab && <div className="column">{tab}</div>}
        <div className="column">
          {organiser && <OrganiserPanel snapshot={snapshot} organiser={organiser} />}
          {organiser?.view && <AccessPanel snapshot={snapshot} view={organiser.view} organiser={organiser} />}
          <RoundsPanel snapshot={snapshot} />
          <SecureSumPanel snapshot={snapshot} />
          <BudgetPanel snapshot={snapshot} />
          <AccuracyPanel snapshot={snapshot} />
          <div className="pair">
            <LossPanel snapshot={snapshot} />
            <FusionPanel snapshot={snapshot} />
          </div>
          <ClientTable snapshot={snapshot} />
          <div className="pair">
            {tab ? <SentPanel federationId={federationId} clientId={clientId} /> : <NetworkPanel snapshot={snapshot} />}
            <EventLog snapshot={snapshot} />
          </div>
          {tab && <NetworkPanel snapshot={snapshot} />}
          <SharedAdaptersPanel snapshot={snapshot} token={tokenFor(federationId, token)} />
        </div>
      </div>
    </>
  );
}
