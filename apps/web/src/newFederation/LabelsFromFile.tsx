import { Button, FileButton, Group, NativeSelect } from "@mantine/core";
import { useState } from "react";
import { useServices } from "../hooks/ServicesContext.tsx";
import { useTask } from "../hooks/useTask.ts";
import { FailureAlert } from "../ui/FailureAlert.tsx";
import type { TableSummary } from "../worker/tabEngine.ts";
import { words } from "./words.ts";

/** Reads the distinct values of one column of a local file into the list of labels. */
export function LabelsFromFile({ onLabels }: { readonly onLabels: (labels: readonly string[]) => void }) {
  const services = useServices();
  const [table, setTable] = useState<TableSummary | null>(null);
  const [column, setColumn] = useState("");
  const [reading, read] = useTask();

  const choose = (next: string) => {
    setColumn(next);
    if (next === "") return;
    read(async () => onLabels((await services.engine().labels(next)).map(({ label }) => label)));
  };
  const open = (file: File | null) => {
    if (!file) return;
    read(async () => {
      const summary = await services.engine().readTable(file, file.name);
      setTable(summary);
      choose(summary.guess.answer ?? "");
    });
  };
  return (
    <div>
      <Group gap="sm" align="flex-end">
        <FileButton onChange={open} inputProps={{ "aria-label": words.labelsFromFile.fileToReadLabelsFrom }}>
          {(props) => (
            <Button {...props} size="xs" variant="default" loading={reading.kind === "busy"}>
              {words.labelsFromFile.readFromFile}
            </Button>
          )}
        </FileButton>
        {table && (
          <NativeSelect
            size="xs"
            label={words.labelsFromFile.labelColumn(table.fileName)}
            value={column}
            data={[
              { value: "", label: words.labelsFromFile.chooseAColumn },
              ...table.columns.map((name) => ({ value: name, label: name })),
            ]}
            onChange={(event) => choose(event.currentTarget.value)}
          />
        )}
      </Group>
      <p className="muted small" style={{ margin: "6px 0 0" }}>
        {words.labelsFromFile.staysNote}
      </p>
      {reading.kind === "failed" && <FailureAlert failure={reading.failure} />}
    </div>
  );
}
