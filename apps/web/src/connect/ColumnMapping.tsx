import { Button, Group, NativeSelect } from "@mantine/core";
import { plural } from "../lib/format.ts";
import { Scroll } from "../ui/Scroll.tsx";
import type { ConnectState } from "./connectState.ts";

export interface ColumnMappingProps {
  readonly state: Extract<ConnectState, { kind: "table" }>;
  readonly onChange: (input: string, answer: string) => void;
  readonly onClear: () => void;
}

/** Which column is the input, which the answer, over the first rows of the file. */
export function ColumnMapping({ state, onChange, onClear }: ColumnMappingProps) {
  const { table, input, answer } = state;
  return (
    <>
      <Group justify="space-between" align="center" mb="sm">
        <span>
          {table.fileName} <span className="muted">{plural(table.rowCount, "row")}</span>
        </span>
        <Button size="xs" variant="default" onClick={onClear}>
          Choose other data
        </Button>
      </Group>
      <Group gap="md" align="flex-end">
        <NativeSelect
          label="Input column"
          value={input}
          data={[...table.columns]}
          onChange={(event) => onChange(event.currentTarget.value, answer)}
        />
        <NativeSelect
          label="Answer column"
          value={answer}
          data={[{ value: "", label: "Choose a column" }, ...table.columns.map((column) => ({ value: column, label: column }))]}
          onChange={(event) => onChange(input, event.currentTarget.value)}
        />
      </Group>
      <Preview table={table} input={input} answer={answer} />
    </>
  );
}

function Preview({ table, input, answer }: Pick<ColumnMappingProps["state"], "table" | "input" | "answer">) {
  const shown = [...new Set([input, answer])].flatMap((column) => {
    const index = table.columns.indexOf(column);
    return index < 0 ? [] : [{ column, index }];
  });
  return (
    <Scroll label="First rows of the file" style={{ margin: "14px 0" }}>
      <table className="plain" aria-label="First rows">
        <thead>
          <tr>
            {shown.map(({ column }) => (
              <th key={column}>{column}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {table.preview.map((cells, row) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the first rows of a file have no other name
            <tr key={row}>
              {shown.map(({ column, index }) => (
                <td key={column}>{cells[index]}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}
