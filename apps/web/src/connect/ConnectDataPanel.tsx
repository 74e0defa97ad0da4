import type { Task } from "@duet/lora-core/data/task";
import { Button, Checkbox, Group } from "@mantine/core";
import { FailureAlert } from "../ui/FailureAlert.tsx";
import { Panel } from "../ui/Panel.tsx";
import { ColumnMapping } from "./ColumnMapping.tsx";
import type { ConnectState } from "./connectState.ts";
import { DataReport } from "./DataReport.tsx";
import { DataSource } from "./DataSource.tsx";
import type { FittingSample } from "./fittingSample.ts";
import { PersonalData } from "./PersonalData.tsx";
import type { ConnectData } from "./useConnectData.ts";

export interface ConnectDataPanelProps {
  readonly connect: ConnectData;
  readonly task: Task;
  /** The sample that fits this federation, and which share of it is free; null when none does. */
  readonly sample: FittingSample | null;
}

/** Choose a file, say which column is which, and see what will be used. */
export function ConnectDataPanel({ connect, task, sample }: ConnectDataPanelProps) {
  const { state, splitting } = connect;
  return (
    <Panel title="Connect your data" hint="The file is read in this tab. It is not sent anywhere.">
      {(state.kind === "none" || state.kind === "failed") && (
        <>
          <DataSource onData={connect.connectFile} />
          {sample && (
            <Group gap="sm" mt="md">
              <span className="muted">No data at hand?</span>
              <Button size="xs" variant="default" onClick={() => connect.connectSample(sample)}>
                Use sample data
              </Button>
            </Group>
          )}
        </>
      )}
      {state.kind === "failed" && <FailureAlert failure={state.failure} />}
      {state.kind === "reading" && <p className="muted">Reading {state.fileName} in this tab.</p>}
      {splitting !== null && (
        <p className="muted small" role="status">
          Checking and splitting these rows, in this tab: {Math.round(100 * splitting)} %
        </p>
      )}
      {state.kind === "sample" && (
        <p>
          {state.title}: the share of “{state.share}”.{" "}
          <Button size="xs" variant="default" onClick={connect.clear}>
            Choose other data
          </Button>
        </p>
      )}
      {state.kind === "table" && (
        <ColumnMapping state={state} onRead={connect.readAgain} onChange={connect.choose} onClear={connect.clear} />
      )}
      {state.kind === "table" && state.failure && <FailureAlert failure={state.failure} />}
      {(state.kind === "table" || state.kind === "sample") && state.data && <DataReport data={state.data} task={task} />}
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
          label="Take only labels that are written exactly as the federation's"
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
