import type { TableOptions } from "@duet/lora-core/data/tableOptions";
import { Button, Group, NativeSelect, Textarea } from "@mantine/core";
import { words as common } from "../lib/words.ts";
import { Scroll } from "../ui/Scroll.tsx";
import type { TableSummary } from "../worker/tabEngine.ts";
import type { ConnectState, TableChoice } from "./connectState.ts";
import { ReadingOptions } from "./ReadingOptions.tsx";
import { words } from "./words.ts";

export interface ColumnMappingProps {
  readonly state: Extract<ConnectState, { kind: "table" }>;
  readonly onRead: (options: TableOptions) => void;
  readonly onChange: (change: Partial<Omit<TableChoice, "options" | "mask">>) => void;
  readonly onClear: () => void;
}

/** Stands for a template in the list of columns. */
const TEMPLATE = "\u0000template";
const COLUMNS_SHOWN = 6;

/** How the file is read, which column is the input, which the answer, over the first rows of the file. */
export function ColumnMapping({ state, onRead, onChange, onClear }: ColumnMappingProps) {
  const { table, choice } = state;
  const { input, answer } = choice;
  const isTemplate = !table.columns.includes(input);
  const columns = table.columns.map((column) => ({ value: column, label: column }));
  return (
    <>
      <Group justify="space-between" align="center" mb="sm">
        <span>
          {table.fileName} <span className="muted">{common.counts.rows(table.rowCount)}</span>
        </span>
        <Button size="xs" variant="default" onClick={onClear}>
          {words.columnMapping.chooseOther}
        </Button>
      </Group>
      <ReadingOptions options={choice.options} reading={table.reading} onChange={onRead} />
      <Group gap="md" align="flex-end">
        <NativeSelect
          label={words.columnMapping.inputColumn}
          value={isTemplate ? TEMPLATE : input}
          data={[...columns, { value: TEMPLATE, label: words.columnMapping.several }]}
          onChange={({ currentTarget: { value } }) => onChange({ input: value === TEMPLATE ? templateOf(table, answer) : value })}
        />
        <NativeSelect
          label={words.columnMapping.answerColumn}
          value={answer}
          data={[{ value: "", label: words.columnMapping.chooseColumn }, ...columns]}
          onChange={(event) => onChange({ answer: event.currentTarget.value })}
        />
      </Group>
      {isTemplate && (
        <Textarea
          mt="sm"
          label={words.columnMapping.template}
          description={words.columnMapping.templateNote}
          value={input}
          autosize
          minRows={2}
          onChange={(event) => onChange({ input: event.currentTarget.value })}
        />
      )}
      <Preview table={table} columns={isTemplate ? table.columns.slice(0, COLUMNS_SHOWN) : [input, answer]} />
    </>
  );
}

/** All columns but the answer, a line each. */
const templateOf = ({ columns, guess }: TableSummary, answer: string): string =>
  columns.includes(guess.input)
    ? columns
        .filter((column) => column !== answer)
        .slice(0, COLUMNS_SHOWN)
        .map((column) => `{${column}}`)
        .join("\n")
    : guess.input;

function Preview({ table, columns }: { readonly table: TableSummary; readonly columns: readonly string[] }) {
  const shown = [...new Set(columns)].flatMap((column) => {
    const index = table.columns.indexOf(column);
    return index < 0 ? [] : [{ column, index }];
  });
  return (
    <Scroll label={words.columnMapping.firstRowsOfFile} style={{ margin: "14px 0" }}>
      <table className="plain" aria-label={words.columnMapping.firstRows}>
        <thead>
          <tr>
            {shown.map(({ column }) => (
              <th key={column}>{column}</th>
            ))}
          </tr>
        </thead>
        <tbody translate="no">
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
