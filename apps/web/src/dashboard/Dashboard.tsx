import type { Snapshot } from "@duet/lora-core/protocol/snapshot";
import type { ReactNode } from "react";
import { SharedAdaptersPanel } from "../adapters/SharedAdaptersPanel.tsx";
import { useServices } from "../hooks/ServicesContext.tsx";
import { useOrganiser } from "../hooks/useOrganiser.ts";
import { useSettled } from "../hooks/useSettled.ts";
import { isCrowd } from "../lib/crowd.ts";
import { AccessPanel } from "./AccessPanel.tsx";
import { AccuracyPanel } from "./AccuracyPanel.tsx";
import { BudgetPanel } from "./BudgetPanel.tsx";
import { ClientDetail } from "./ClientDetail.tsx";
import { ClientTable } from "./ClientTable.tsx";
import { CrowdTable } from "./CrowdTable.tsx";
import { EventLog } from "./EventLog.tsx";
import { FusionPanel } from "./FusionPanel.tsx";
import { GainPanel } from "./GainPanel.tsx";
import { Headline } from "./Headline.tsx";
import { HeatPanel } from "./HeatPanel.tsx";
import type { Own } from "./headlineView.ts";
import { LossPanel } from "./LossPanel.tsx";
import { MetricsFiles } from "./MetricsFiles.tsx";
import { NetworkPanel } from "./NetworkPanel.tsx";
import { OrganiserPanel } from "./OrganiserPanel.tsx";
import { ENDED } from "./progressView.ts";
import { QuantilePanel } from "./QuantilePanel.tsx";
import { RoundsPanel } from "./RoundsPanel.tsx";
import { SecureSumPanel } from "./SecureSumPanel.tsx";
import { SentPanel } from "./SentPanel.tsx";
import { TextPanel } from "./TextPanel.tsx";
import { VerdictsPanel } from "./VerdictsPanel.tsx";

export interface DashboardProps {
  readonly snapshot: Snapshot;
  /** Watch or invite token. */
  readonly token: string;
  /** "taking part" or "watching". */
  readonly myRole: string;
  /** The participant's own column; null for a watcher. */
  readonly tab: ReactNode;
  /** This tab's own figures; null or left out for a watcher, and before it has joined. */
  readonly own?: Own | null;
  /** Which adapter this tab should use, and the bar to use it, once it is over. */
  readonly verdict?: ReactNode;
  readonly useBar?: ReactNode;
}

/** Everything there is to see of a federation: what leads, then my tab at the left, everyone at the right. A part without anything to say is not there. */
export function Dashboard({ snapshot, token, myRole, tab, own = null, verdict, useBar }: DashboardProps) {
  const { tokenFor } = useServices();
  const { federationId, config, joining, waiting, clients, phase } = snapshot;
  const settled = useSettled(snapshot);
  const left = clients.filter(({ status }) => status === "left").length;
  const organiser = useOrganiser(federationId, `${joining} ${waiting} ${left} ${phase}`, config.name);
  return (
    <>
      <Headline
        snapshot={snapshot}
        myRole={organiser ? `${myRole}, organiser` : myRole}
        own={own}
        invite={organiser?.view?.links.invite.token ?? null}
        verdict={verdict}
      >
        {useBar}
      </Headline>
      <div className={tab ? "dashboard withTab" : "dashboard"}>
        {tab && (
          <div className="column">
            {tab}
            <SentPanel federationId={federationId} clientId={own?.clientId ?? null} />
          </div>
        )}
        <div className="column">
          {organiser && <OrganiserPanel snapshot={snapshot} organiser={organiser} />}
          {organiser?.view && !ENDED.has(phase) && (
            <AccessPanel snapshot={snapshot} view={organiser.view} organiser={organiser} />
          )}
          {isCrowd(snapshot) ? <HeatPanel snapshot={settled} /> : <RoundsPanel snapshot={snapshot} />}
          <ClientDetail snapshot={snapshot} />
          <SecureSumPanel snapshot={snapshot} />
          <BudgetPanel snapshot={snapshot} />
          {isCrowd(snapshot) ? (
            <div className="pair">
              <QuantilePanel snapshot={settled} />
              <GainPanel snapshot={settled} />
            </div>
          ) : (
            <AccuracyPanel snapshot={settled} />
          )}
          <TextPanel snapshot={settled} />
          <div className="pair">
            <LossPanel snapshot={settled} />
            <FusionPanel snapshot={settled} />
          </div>
          {!isCrowd(snapshot) && <VerdictsPanel snapshot={settled} />}
          {isCrowd(snapshot) ? <CrowdTable snapshot={snapshot} /> : <ClientTable snapshot={snapshot} />}
          <div className="pair">
            <NetworkPanel snapshot={snapshot} />
            <EventLog snapshot={snapshot} />
          </div>
          <MetricsFiles snapshot={settled} />
          <SharedAdaptersPanel snapshot={snapshot} token={tokenFor(federationId, token)} />
          {organiser?.view && ENDED.has(phase) && <AccessPanel snapshot={snapshot} view={organiser.view} organiser={organiser} />}
        </div>
      </div>
    </>
  );
}
