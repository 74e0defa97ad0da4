import type { SessionState } from "@duet/client/sessionState";
import type { Snapshot } from "@duet/lora-core/protocol/snapshot";
import { Button, Progress } from "@mantine/core";
import { IconCheck, IconCircle, IconCircleDot } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { Link, parsePath } from "react-router";
import { AdaptersPanel } from "../../adapters/AdaptersPanel.tsx";
import { RecognitionPanel } from "../../adapters/RecognitionPanel.tsx";
import { useServices } from "../../hooks/ServicesContext.tsx";
import { useTask } from "../../hooks/useTask.ts";
import { formatCount } from "../../lib/format.ts";
import { federationPath, joinPath, NEW_FEDERATION_PATH } from "../../lib/links.ts";
import { words as common } from "../../lib/words.ts";
import type { TabSession } from "../../services/tabSessions.ts";
import { ConfirmButton } from "../../ui/ConfirmButton.tsx";
import { FailureAlert } from "../../ui/FailureAlert.tsx";
import { Panel } from "../../ui/Panel.tsx";
import { MistakesPanel } from "../result/MistakesPanel.tsx";
import { deviceReason } from "../told/toldText.ts";
import { FiguresPanel } from "./FiguresPanel.tsx";
import { KeepAwake } from "./KeepAwake.tsx";
import { myTabView, waysOut } from "./myTabView.ts";
import { OwnRowsPanel } from "./OwnRowsPanel.tsx";
import { Sparkline } from "./Sparkline.tsx";
import { SamplesPanel } from "./samples/SamplesPanel.tsx";
import { TabNotes } from "./TabNotes.tsx";
import { words } from "./words.ts";

const ICONS = { done: IconCheck, current: IconCircleDot, ahead: IconCircle } as const;

export interface MyTabProps {
  readonly session: TabSession;
  readonly state: SessionState;
  readonly snapshot: Snapshot;
  /** Of the link that led here. */
  readonly token: string;
  /** What training takes of this device's memory. */
  readonly memory: ReactNode;
  /** Its two adapters mixed by hand, once it is over. */
  readonly mixture: ReactNode;
  readonly usesAlone: boolean;
}

/** What this tab is doing, where it computes, and what it has gained. */
export function MyTab({ session, state, snapshot, token, memory, mixture, usesAlone }: MyTabProps) {
  const view = myTabView(state, snapshot);
  const { device, samples, stage } = state;
  const { task } = snapshot.config;
  const doing = (
    <Panel title={words.myTab.myTab} aside={state.name}>
      <ul className="checklist" aria-label={words.myTab.stepsOfThisTab}>
        {view.checklist.map(({ label, state: step }) => {
          const Icon = ICONS[step];
          return (
            <li key={label} data-state={step} aria-current={step === "current" ? "step" : undefined}>
              <Icon size={16} aria-hidden="true" /> {label}
              {step === "done" && <span className="visuallyHidden">{words.myTab.done}</span>}
            </li>
          );
        })}
      </ul>
      <p style={{ margin: "0 0 6px" }}>{view.headline}</p>
      {view.percent !== null && <Progress value={view.percent} aria-label={words.myTab.progressOfThisStep} size={6} mb={10} />}
      <p className="muted small" style={{ margin: "0 0 10px", minHeight: 20 }}>
        {view.detail}
      </p>
      <TabNotes note={view.note} earlier={view.earlierNotes} />
      <Sparkline losses={state.losses} totalRounds={snapshot.config.budgets.rounds} />
      {device && (
        <p className="small" style={{ margin: "10px 0 0" }}>
          {words.myTab.backend(
            [device.backend, ...(device.backend === "wasm" ? [common.counts.threads(device.threads)] : [])].join(
              common.listing.comma,
            ),
          )}
          <br />
          <span className="muted">{deviceReason(device)}</span>
        </p>
      )}
      {device && memory}
      {samples && (
        <p className="muted small" style={{ margin: "8px 0 0" }}>
          {words.myTab.samples(samples.train, formatCount(samples.train), formatCount(samples.fusion), formatCount(samples.test))}
        </p>
      )}
      {!state.canResume && <p className="small">{words.myTab.notStored}</p>}
      {!state.modelKept && <p className="muted small">{words.myTab.notKept}</p>}
      {stage.kind === "failed" && (
        <div style={{ marginTop: 12 }}>
          <FailureAlert failure={stage.failure} />
          <WaysOut state={state} snapshot={snapshot} token={token} />
        </div>
      )}
      {view.canLeave && <KeepAwake />}
      {view.canLeave && <LeaveButton session={session} />}
    </Panel>
  );
  const adapters = <AdaptersPanel snapshot={snapshot} adapters={state.adapters} usesAlone={usesAlone} />;
  // Once it is over, what came of it is the news.
  const isOver = stage.kind === "finished";
  return (
    <>
      {!isOver && doing}
      {!isOver && (view.canLeave || state.own) && <FiguresPanel session={session} state={state} config={snapshot.config} />}
      {!isOver && <OwnRowsPanel snapshot={snapshot} session={session} clientId={state.clientId} isOpened={samples !== null} />}
      {isOver && mixture}
      <SamplesPanel session={session} state={state} config={snapshot.config} />
      {task.kind === "label" && (
        <MistakesPanel
          confusion={state.confusion}
          personal={state.personalConfusion}
          labels={task.labels}
          engine={session.engine}
        />
      )}
      {view.canLeave && state.adapters ? (
        <details className="quiet">
          <summary>{words.myTab.adaptersSoFar}</summary>
          {adapters}
        </details>
      ) : (
        adapters
      )}
      <RecognitionPanel federationId={snapshot.federationId} aggregation={snapshot.config.aggregation} />
      {isOver && doing}
    </>
  );
}

const WAY_LOOK = { mt: "sm", mr: "sm", size: "xs", variant: "default" } as const;

function WaysOut({ state, snapshot, token }: Pick<MyTabProps, "state" | "snapshot" | "token">) {
  const { again, hasOneThread, smaller, hasOtherData } = waysOut(state, snapshot);
  const path = (again === "joinAgain" ? joinPath : federationPath)(snapshot.federationId, token);
  const label = words.myTab[again];
  const { pathname = "", hash = "" } = parsePath(path);
  return (
    <>
      {again === "joinAgain" ? (
        <Button component={Link} to={path} {...WAY_LOOK}>
          {label}
        </Button>
      ) : (
        <Button onClick={() => location.reload()} {...WAY_LOOK}>
          {label}
        </Button>
      )}
      {hasOneThread && (
        <Button component={Link} to={{ pathname, search: "?threads=1", hash }} reloadDocument {...WAY_LOOK}>
          {words.myTab.oneThread(label)}
        </Button>
      )}
      {smaller && (
        <Button component={Link} to={NEW_FEDERATION_PATH} state={smaller} {...WAY_LOOK}>
          {words.myTab.forSmallDevices}
        </Button>
      )}
      {hasOtherData && <OtherData federationId={snapshot.federationId} />}
    </>
  );
}

/** Joins again, as another client than this tab was. */
function OtherData({ federationId }: { readonly federationId: string }) {
  const services = useServices();
  const [, start] = useTask();
  return (
    <div className="leave">
      <ConfirmButton
        label={words.myTab.joinWithOtherData}
        warning={words.myTab.otherDataWarning}
        onConfirm={() => start(() => services.beginAnew(federationId))}
      />
    </div>
  );
}

function LeaveButton({ session }: { readonly session: TabSession }) {
  const [, start] = useTask();
  return (
    <div className="leave">
      <ConfirmButton
        label={words.myTab.leaveTheFederation}
        warning={words.myTab.leaveWarning}
        onConfirm={() => start(() => session.leave())}
      />
    </div>
  );
}
