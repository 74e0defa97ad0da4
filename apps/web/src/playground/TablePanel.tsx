import { csvBlob } from "@duet/lora-core/data/csvBlob";
import type { Task } from "@duet/lora-core/data/task";
import { Button, Group, NativeSelect, Progress } from "@mantine/core";
import { useState } from "react";
import { useFileDrop } from "../hooks/useFileDrop.ts";
import type { ANSWERERS, Answerer } from "../lib/adapters.ts";
import { saveFile } from "../lib/saveFile.ts";
import { words as common } from "../lib/words.ts";
import type { Playground } from "../services/playground.ts";
import type { PlaygroundState, TableState } from "../services/playgroundState.ts";
import { FailureAlert } from "../ui/FailureAlert.tsx";
import { Panel } from "../ui/Panel.tsx";
import { TooManyFiles } from "../ui/TooManyFiles.tsx";
import { words } from "./words.ts";
import { generateOptions, type WritingForm } from "./writingForm.ts";

export interface TablePanelProps {
  readonly playground: Playground;
  readonly shown: PlaygroundState;
  readonly task: Task;
  readonly answerers: readonly (typeof ANSWERERS)[number][];
  /** What answers unless another is chosen. */
  readonly first: Answerer;
  readonly isClosed: boolean;
  readonly form: WritingForm;
}

/** A file in, the same file with answers out. */
export function TablePanel({ playground, shown: { table: state }, task, isClosed, form, ...choice }: TablePanelProps) {
  const what = task.kind === "label" ? words.tablePanel.labelAnswer : words.tablePanel.textAnswer;
  return (
    <Panel title={words.tablePanel.predictAFile} hint={words.tablePanel.hint(what)}>
      {(state.kind === "none" || state.kind === "reading" || state.kind === "failed") && (
        <FileDrop isDisabled={isClosed || state.kind === "reading"} onFile={playground.readTable} />
      )}
      {state.kind === "reading" && <p role="status">{words.tablePanel.reading}</p>}
      {state.kind === "failed" && <FailureAlert failure={{ ...state.failure, nextStep: words.tablePanel.chooseAnotherFile }} />}
      {"table" in state && (
        <TableForm
          key={state.table.fileName}
          {...choice}
          state={state}
          isClosed={isClosed}
          onAnswer={(column, adapter) => playground.answerTable(column, adapter, generateOptions(form))}
          onStop={playground.stop}
          onFile={playground.readTable}
        />
      )}
    </Panel>
  );
}

interface FileDropProps {
  readonly isDisabled: boolean;
  readonly onFile: (file: File) => void;
}

function FileDrop({ isDisabled, onFile }: FileDropProps) {
  const { getRootProps, getInputProps, isDragActive, open, tooMany } = useFileDrop(onFile, isDisabled);
  return (
    <div {...getRootProps({ className: "dropzone" })} data-active={isDragActive}>
      <input {...getInputProps()} aria-label={words.tablePanel.fileToPredict} />
      <div>{words.tablePanel.drop}</div>
      <div className="muted small">{words.tablePanel.formats}</div>
      <Button size="xs" variant="default" onClick={open} disabled={isDisabled}>
        {words.tablePanel.chooseAFile}
      </Button>
      <TooManyFiles count={tooMany} />
    </div>
  );
}

interface TableFormProps extends Pick<TablePanelProps, "answerers" | "first"> {
  readonly state: Extract<TableState, { readonly table: unknown }>;
  readonly isClosed: boolean;
  readonly onAnswer: (column: string, adapter: Answerer) => void;
  readonly onStop: () => void;
  readonly onFile: (file: File) => void;
}

function TableForm({ state, answerers, first, isClosed, onAnswer, onStop, onFile }: TableFormProps) {
  const { table } = state;
  const [column, setColumn] = useState(table.guess.input);
  const [chosen, setChosen] = useState<Answerer | null>(null);
  const adapter = chosen ?? first;
  const { open, getInputProps, getRootProps, tooMany } = useFileDrop(onFile);
  const isRunning = state.kind === "running";
  return (
    <div {...getRootProps({ tabIndex: -1 })}>
      <input {...getInputProps()} aria-label={words.tablePanel.anotherFileToPredict} />
      <p style={{ margin: "0 0 10px" }}>
        {table.fileName} <span className="muted">{common.counts.rows(table.rowCount)}</span>
      </p>
      <div className="fields">
        <NativeSelect
          label={words.tablePanel.columnToPredict}
          value={column}
          data={[...table.columns]}
          onChange={(event) => setColumn(event.currentTarget.value)}
        />
        <NativeSelect
          label={words.tablePanel.predictedBy}
          value={adapter}
          data={answerers.map(({ key, label }) => ({ value: key, label }))}
          onChange={(event) => setChosen(answerers.find(({ key }) => key === event.currentTarget.value)?.key ?? null)}
        />
      </div>
      {isRunning && (
        <>
          <Progress
            mt="sm"
            size={6}
            value={(100 * state.rowsDone) / table.rowCount}
            aria-label={words.tablePanel.rowsPredicted}
          />
          <p className="muted small" style={{ margin: "6px 0 0" }}>
            {words.tablePanel.done(state.rowsDone, table.rowCount)}
          </p>
        </>
      )}
      {state.kind === "done" && (
        <p className="small" style={{ margin: "10px 0 0" }}>
          {words.tablePanel.predictedAll(table.rowCount, common.adapterNames[state.adapter])}
        </p>
      )}
      <Group mt="sm" gap="sm">
        {isRunning ? (
          <Button size="xs" variant="default" onClick={onStop}>
            {words.tablePanel.stop}
          </Button>
        ) : (
          <Button size="xs" disabled={isClosed || table.rowCount === 0} onClick={() => onAnswer(column, adapter)}>
            {words.tablePanel.predictEveryRow}
          </Button>
        )}
        {state.kind === "done" && (
          <Button
            size="xs"
            variant="default"
            onClick={() => saveFile({ fileName: predictedName(table.fileName), content: csvBlob(state.csv) })}
          >
            {words.tablePanel.downloadTheCsv}
          </Button>
        )}
        {!isRunning && (
          <Button size="xs" variant="default" onClick={open}>
            {words.tablePanel.anotherFile}
          </Button>
        )}
      </Group>
      <TooManyFiles count={tooMany} />
    </div>
  );
}

const predictedName = (fileName: string): string => `${fileName.replace(/\.[^.]*$/, "")}-predicted.csv`;
