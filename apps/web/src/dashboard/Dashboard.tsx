import type { Snapshot } from "@duet/lora-core/protocol/snapshot";
import { type ReactNode, useDeferredValue, useEffect, useMemo } from "react";
import { SharedAdaptersPanel } from "../adapters/SharedAdaptersPanel.tsx";
import { useServices } from "../hooks/ServicesContext.tsx";
import { useLanguage } from "../hooks/useLanguage.ts";
import { useLinkAddresses } from "../hooks/useLinkAddresses.ts";
import { useOrganiser } from "../hooks/useOrganiser.ts";
import { usePlace } from "../hooks/usePlace.ts";
import { useSeen } from "../hooks/useSeen.ts";
import { useSettled } from "../hooks/useSettled.ts";
import { addressOf } from "../lib/baseUrl.ts";
import { hasManyLines, isCrowd } from "../lib/crowd.ts";
import { joinPath } from "../lib/links.ts";
import { AccuracyPanel } from "./AccuracyPanel.tsx";
import { ClientDetail } from "./ClientDetail.tsx";
import { ClientTable } from "./ClientTable.tsx";
import { CrowdTable } from "./CrowdTable.tsx";
import { EventLog } from "./EventLog.tsx";
import { FusionPanel } from "./FusionPanel.tsx";
import { GainPanel } from "./GainPanel.tsx";
import { Headline, type OwnStanding } from "./Headline.tsx";
import { HeatPanel } from "./HeatPanel.tsx";
import { LossPanel } from "./LossPanel.tsx";
import { SentPanel } from "./mine/SentPanel.tsx";
import { NetworkPanel } from "./NetworkPanel.tsx";
import { AccessPanel } from "./organise/AccessPanel.tsx";
import { OrganiserPanel } from "./organise/OrganiserPanel.tsx";
import { BudgetPanel } from "./privacy/BudgetPanel.tsx";
import { SecureSumPanel } from "./privacy/SecureSumPanel.tsx";
import { StatisticsPanel } from "./privacy/StatisticsPanel.tsx";
import { ENDED } from "./progressView.ts";
import { QuantilePanel } from "./QuantilePanel.tsx";
import { Replay } from "./Replay.tsx";
import { ReplayedRound } from "./ReplayedRound.ts";
import { RoundsPanel } from "./RoundsPanel.tsx";
import { asOfRound, replayedRound, replayStops } from "./replayView.ts";
import { MetricsFiles } from "./result/MetricsFiles.tsx";
import { ReportSection } from "./result/ReportSection.tsx";
import { VerdictsPanel } from "./result/VerdictsPanel.tsx";
import { TestLossPanel } from "./TestLossPanel.tsx";
import { TextPanel } from "./TextPanel.tsx";
import { useClientDetail } from "./useClientDetail.ts";
import { words } from "./words.ts";

export interface DashboardProps {
  readonly snapshot: Snapshot;
  /** Watch or invite token. */
  readonly token: string;
  /** "taking part" or "watching". */
  readonly myRole: string;
  /** The participant's own column; null for a watcher. */
  readonly tab: ReactNode;
  /** This tab's own figures and what it is at; null or left out for a watcher, and before it has joined. */
  readonly own?: OwnStanding | null;
  /** What never leaves this tab; null or left out for a watcher. */
  readonly never?: ReactNode;
  /** Which adapter this tab should use, how sure that is, and the bar to use it, once it is over. */
  readonly verdict?: ReactNode;
  readonly figures?: ReactNode;
  readonly useBar?: ReactNode;
}

/** Everything there is to see of a federation: what leads, then my tab at the left, everyone at the right. A part without anything to say is not there. */
export function Dashboard({ snapshot, token, myRole, tab, own = null, never = null, verdict, figures, useBar }: DashboardProps) {
  const { tokenFor } = useServices();
  const { federationId, config, joining, waiting, clients, phase } = snapshot;
  const settled = useSettled(snapshot);
  const stops = replayStops(settled);
  const { round: asked, look } = usePlace();
  const round = replayedRound(stops, asked);
  // The page would go back to such a round by itself once that has closed.
  const isNoStop = asked !== round;
  // biome-ignore lint/correctness/useExhaustiveDependencies: it is another function with every render.
  useEffect(() => {
    if (isNoStop) look({ round: null }, { replace: true });
  }, [isNoStop]);
  /** From one round to the next nobody goes back. */
  const replay = (to: number | null) => look({ round: to }, { replace: round !== null && to !== null });
  const spoken = useLanguage();
  // biome-ignore lint/correctness/useExhaustiveDependencies: what it says is of the language.
  const replayed = useMemo(() => (round === null ? null : asOfRound(settled, round)), [settled, round, spoken]);
  /** What is drawn with every step, and what is not. */
  const [shown, still] = [replayed ?? snapshot, replayed ?? settled];
  const detail = useClientDetail();
  const left = clients.filter(({ status }) => status === "left").length;
  const organiser = useOrganiser(federationId, `${joining} ${waiting} ${left} ${phase}`, config.name);
  const links = useLinkAddresses(federationId);
  const invite = organiser?.view?.links.invite.token ?? null;
  // It is copied unseen: none while it may still turn out that nobody else could open it.
  const inviteLink =
    invite === null || links.isUndecided ? null : addressOf(joinPath(federationId, invite), links.chosen.address);
  // At the end of one's own run what came of it leads, and how it went follows: a task later, since nearly all of the page moves.
  const isResult = useDeferredValue(Boolean(tab && useBar));
  const isResultSeen = useSeen(isResult);
  const access = organiser?.view && <AccessPanel snapshot={snapshot} view={organiser.view} organiser={organiser} links={links} />;
  // Who takes part as well came for what it learns.
  const accessLeads = tab === null && !ENDED.has(phase);
  const control = organiser && <OrganiserPanel snapshot={snapshot} organiser={organiser} />;
  const sent = <SentPanel federationId={federationId} clientId={own?.clientId ?? null} never={never} />;
  const everybody = (
    <div className="withPinned">
      {isCrowd(snapshot) ? <HeatPanel snapshot={still} /> : <RoundsPanel snapshot={shown} />}
      <ClientDetail snapshot={shown} closing={detail.target} />
    </div>
  );
  const learning = hasManyLines(snapshot) ? (
    <QuantilePanel snapshot={still} />
  ) : (
    <>
      <AccuracyPanel snapshot={still} />
      <TestLossPanel snapshot={still} />
    </>
  );
  const rest = (
    <>
      {isCrowd(snapshot) ? (
        <CrowdTable snapshot={shown} onOpen={detail.open} />
      ) : (
        <ClientTable snapshot={shown} onOpen={detail.open} />
      )}
      <div className="pair">
        {isResult && <FusionPanel snapshot={still} />}
        <NetworkPanel snapshot={snapshot} />
        <EventLog snapshot={shown} />
      </div>
      {!useBar && !replayed && ENDED.has(phase) && <ReportSection snapshot={settled} />}
      <MetricsFiles snapshot={settled} />
      <SharedAdaptersPanel snapshot={snapshot} token={tokenFor(federationId, token)} />
      {isResult && control}
      {!accessLeads && access}
    </>
  );
  return (
    <>
      <Headline
        snapshot={shown}
        myRole={organiser ? words.dashboard.organiserToo(myRole) : myRole}
        own={replayed ? null : own}
        isReplayed={replayed !== null}
        inviteLink={replayed ? null : inviteLink}
        verdict={replayed ? null : verdict}
      >
        {replayed ? null : useBar}
      </Headline>
      {stops.length > 1 && <Replay stops={stops} round={round} onRound={replay} />}
      <div
        className={["dashboard", tab && "withTab", isResult && "result", isCrowd(snapshot) && "many"].filter(Boolean).join(" ")}
      >
        {tab && (
          <div className="column" data-own>
            <ReplayedRound value={round}>{tab}</ReplayedRound>
            {!isResult && sent}
          </div>
        )}
        <div className="column">
          {!isResult && control}
          {figures && <div data-own>{figures}</div>}
          {accessLeads && access}
          {!isResult && everybody}
          <StatisticsPanel snapshot={snapshot} isOrganiser={organiser !== null} />
          <SecureSumPanel snapshot={snapshot} />
          <BudgetPanel snapshot={snapshot} />
          {!isCrowd(snapshot) && isResult && <VerdictsPanel snapshot={still} />}
          {isCrowd(snapshot) ? (
            <div className="pair">
              {learning}
              <GainPanel snapshot={still} />
            </div>
          ) : (
            learning
          )}
          <TextPanel snapshot={still} />
          <div className="pair">
            <LossPanel snapshot={still} />
            {!isResult && <FusionPanel snapshot={still} />}
          </div>
          {!isCrowd(snapshot) && !isResult && <VerdictsPanel snapshot={still} />}
          {isResult ? sent : rest}
        </div>
      </div>
      {isResultSeen && (
        <div className="dashboard result">
          {everybody}
          {rest}
        </div>
      )}
    </>
  );
}
