import type { SessionState } from "@duet/client/sessionState";
import type { Snapshot } from "@duet/lora-core/protocol/snapshot";
import { Button, Progress } from "@mantine/core";
import { IconCheck, IconCircle, IconCircleDot } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { Link } from "react-router";
import { AdaptersPanel } from "../adapters/AdaptersPanel.tsx";
import { RecognitionPanel } from "../adapters/RecognitionPanel.tsx";
import { useTask } from "../hooks/useTask.ts";
import { formatCount, plural } from "../lib/format.ts";
import { federationPath, joinPath } from "../lib/links.ts";
import type { TabSession } from "../services/appServices.ts";
import { ConfirmButton } from "../ui/ConfirmButton.tsx";
import { FailureAlert } from "../ui/FailureAlert.tsx";
import { Panel } from "../ui/Panel.tsx";
import { FiguresPanel } from "./FiguresPanel.tsx";
import { KeepAwake } from "./KeepAwake.tsx";
import { MistakesPanel } from "./MistakesPanel.tsx";
import { myTabView } from "./myTabView.ts";
import { Sparkline } from "./Sparkline.tsx";
import { TabNotes } from "./TabNotes.tsx";

const ICONS = { done: IconCheck, current: IconCircleDot, ahead: IconCircle } as const;

export interface MyTabProps {
  readonly session: TabSession;
  readonly state: SessionState;
  readonly snapshot: Snapshot;
  /** Of the link that led here. */
  readonly token: string;
  /** Its two adapters mixed by hand, once it is over. */
  readonly mixture: ReactNode;
}

/** What this tab is doing, where it computes, and what it has gained. */
export function MyTab({ session, state, snapshot, token, mixture }: MyTabProps) {
  const view = myTabView(state, snapshot);
  const { device, samples, stage } = state;
  const { task } = snapshot.config;
  const doing = (
    <Panel title="My tab" aside={state.name}>
      <ul className="checklist" aria-label="Steps of this tab">
        {view.checklist.map(({ label, state: step }) => {
          const Icon = ICONS[step];
          return (
            <li key={label} data-state={step} aria-current={step === "current" ? "step" : undefined}>
              <Icon size={16} aria-hidden="true" /> {label}
              {step === "done" && <span className="visuallyHidden">done</span>}
            </li>
          );
        })}
      </ul>
      <p style={{ margin: "0 0 6px" }}>{view.headline}</p>
      {view.percent !== null && <Progress value={view.percent} aria-label="Progress of this step" size={6} mb={10} />}
      <p className="muted small" style={{ margin: "0 0 10px", minHeight: 20 }}>
        {view.detail}
      </p>
      <TabNotes note={view.note} earlier={view.earlierNotes} />
      <Sparkline losses={state.losses} />
      {device && (
        <p className="small" style={{ margin: "10px 0 0" }}>
          backend {device.backend}
          {device.backend === "wasm" && `, ${plural(device.threads, "thread")}`}
          <br />
          <span className="muted">{device.reason}</span>
        </p>
      )}
      {samples && (
        <p className="muted small" style={{ margin: "8px 0 0" }}>
          {formatCount(samples.train)} {samples.train === 1 ? "row trains" : "rows train"}, {formatCount(samples.fusion)} find the
          fusion, {formatCount(samples.test)} only test.
        </p>
      )}
      {!state.canResume && (
        <p className="small">This browser refused to store the checkpoint: do not reload this page, or the tab starts over.</p>
      )}
      {!state.modelKept && (
        <p className="muted small">This browser did not keep the base model: the next visit downloads it again.</p>
      )}
      {stage.kind === "failed" && <FailureAlert failure={stage.failure} />}
      {stage.kind === "failed" && <WaysOut state={state} federationId={snapshot.federationId} token={token} />}
      {view.canLeave && <KeepAwake />}
      {view.canLeave && <LeaveButton session={session} />}
    </Panel>
  );
  // Once it is over, what came of it is the news.
  const isOver = stage.kind === "finished";
  return (
    <>
      {!isOver && doing}
      <FiguresPanel session={session} state={state} config={snapshot.config} />
      {isOver && mixture}
      <AdaptersPanel snapshot={snapshot} adapters={state.adapters} />
      <RecognitionPanel federationId={snapshot.federationId} aggregation={snapshot.config.aggregation} />
      {task.kind === "label" && <MistakesPanel confusion={state.confusion} labels={task.labels} />}
      {isOver && doing}
    </>
  );
}

/** A new client connects its data again; one that is known comes back by itself. Either way with a new worker. */
function WaysOut({ state, federationId, token }: { state: SessionState; federationId: string; token: string }) {
  const { clientId, device } = state;
  const path = (clientId === null ? joinPath : federationPath)(federationId, token);
  const again = clientId === null ? "Join again" : "Try again";
  const look = { mt: "sm", mr: "sm", size: "xs", variant: "default" };
  const [pathname = "", hash = ""] = path.split("#");
  return (
    <>
      {clientId === null ? (
        <Button component={Link} to={path} {...look}>
          {again}
        </Button>
      ) : (
        <Button onClick={() => location.reload()} {...look}>
          {again}
        </Button>
      )}
      {device === null && (
        <Button component={Link} to={{ pathname, search: "?threads=1", hash: `#${hash}` }} reloadDocument {...look}>
          {again} with one thread
        </Button>
      )}
    </>
  );
}

function LeaveButton({ session }: { readonly session: TabSession }) {
  const [, start] = useTask();
  return (
    <div className="leave">
      <ConfirmButton
        label="Leave the federation"
        warning="This tab takes part no more, and this device forgets its rows and adapters of this federation. Download the adapters first if you want to keep them. What was averaged already stays averaged."
        onConfirm={() => start(() => session.leave())}
      />
    </div>
  );
}
