import type { Task } from "@duet/lora-core/data/task";
import { Button, Checkbox, Group } from "@mantine/core";
import { FailureAlert } from "../ui/FailureAlert.tsx";
import { Panel } from "../ui/Panel.tsx";
import { ColumnMapping } from "./ColumnMapping.tsx";
import type { ConnectState } from "./connectState.ts";
import { DataReport } from "./DataReport.tsx";
import { DataSource } from "./DataSource.tsx";
import type { FittingSample } from "./fittingSample.ts";
import type { OthersRows } from "./labelBalance.ts";
import { PersonalData } from "./PersonalData.tsx";
import type { ConnectData } from "./useConnectData.ts";
import { words } from "./words.ts";

export interface ConnectDataPanelProps {
  readonly connect: ConnectData;
  readonly task: Task;
  /** The sample that fits this federation, and which share of it is free; null when none does. */
  readonly sample: FittingSample | null;
  /** What the others tell of their rows; null where none are asked for. */
  readonly others: OthersRows | null;
}

/** Choose a file, say which column is which, and see what will be used. */
export function ConnectDataPanel({ connect, task, sample, others }: ConnectDataPanelProps) {
  const { state, splitting } = connect;
  return (
    <Panel title={words.connectDataPanel.title} hint={words.connectDataPanel.hint}>
      {(state.kind === "none" || state.kind === "failed") && (
        <>
          <DataSource onData={connect.connectFile} />
          {sample && (
            <Group gap="sm" mt="md">
              <span className="muted">{words.connectDataPanel.noData}</span>
              <Button size="xs" variant="default" onClick={() => connect.connectSample(sample)}>
                {words.connectDataPanel.useSample}
              </Button>
            </Group>
          )}
        </>
      )}
      {state.kind === "failed" && <FailureAlert failure={state.failure} />}
      {state.kind === "reading" && (
        <p className="muted" role="status">
          {words.connectDataPanel.reading(state.fileName)}
        </p>
      )}
      {splitting !== null && (
        <p className="muted small" role="status">
          {words.connectDataPanel.splitting(Math.round(100 * splitting))}
        </p>
      )}
      {state.kind === "sample" && (
        <p>
          {words.connectDataPanel.sample(words.samples[state.id], state.share)}
          <Button size="xs" variant="default" onClick={connect.clear}>
            {words.connectDataPanel.chooseOther}
          </Button>
        </p>
      )}
      {state.kind === "table" && (
        <ColumnMapping state={state} onRead={connect.readAgain} onChange={connect.choose} onClear={connect.clear} />
      )}
      {state.kind === "table" && state.failure && <FailureAlert failure={state.failure} />}
      {(state.kind === "table" || state.kind === "sample") && state.data && (
        <DataReport
          fileName={state.kind === "table" ? state.table.fileName : null}
          data={state.data}
          task={task}
          others={others}
        />
      )}
      {state.kind === "table" && (state.data || state.personal.kind === "read") && (
        <PersonalData
          state={state.personal}
          masked={state.choice.mask}
          isMasking={state.data === null && state.failure === null}
          onMask={connect.mask}
        />
      )}
      {state.kind === "table" && canMatchCase(state) && (
        <Checkbox
          size="xs"
          mt="sm"
          label={words.connectDataPanel.exactLabels}
          checked={state.choice.matchCase}
          onChange={(event) => connect.choose({ matchCase: event.currentTarget.checked })}
        />
      )}
    </Panel>
  );
}

/** There are labels in another spelling, or there were before they were left out. */
const canMatchCase = ({ data, choice }: Extract<ConnectState, { kind: "table" }>): boolean =>
  choice.matchCase || (data?.respelled.length ?? 0) > 0;
