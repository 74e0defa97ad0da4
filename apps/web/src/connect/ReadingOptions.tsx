import type { TableOptions, TableReading } from "@duet/lora-core/data/tableOptions";
import { TEXT_ENCODINGS } from "@duet/lora-core/data/textEncoding";
import { say } from "@duet/lora-core/sayings/saying";
import { Group, NativeSelect } from "@mantine/core";
import { words } from "./words.ts";

export interface ReadingOptionsProps {
  readonly options: TableOptions;
  readonly reading: TableReading;
  readonly onChange: (options: TableOptions) => void;
}

const SEPARATORS = [",", ";", "\t", "|", " "];

/** How the file was read, each decision with what it was decided to, and the other possibilities. */
export function ReadingOptions({ options, reading, onChange }: ReadingOptionsProps) {
  const { encoding, separator, header, quotes, notices } = reading;
  const isTable = separator !== null;
  return (
    <>
      <Group gap="md" align="flex-end" mb="sm">
        {encoding !== null && (
          <NativeSelect
            size="xs"
            label={words.readingOptions.encoding}
            value={options.encoding}
            data={[{ value: "auto", label: words.readingOptions.asItLooks(encoding) }, ...TEXT_ENCODINGS]}
            onChange={({ currentTarget }) => onChange({ ...options, encoding: currentTarget.value as TableOptions["encoding"] })}
          />
        )}
        <NativeSelect
          size="xs"
          label={words.readingOptions.separator}
          value={options.separator}
          data={[
            { value: "auto", label: words.readingOptions.asItLooks(isTable ? nameOf(separator) : words.readingOptions.none) },
            ...SEPARATORS.map((value) => ({ value, label: nameOf(value) })),
          ]}
          onChange={({ currentTarget }) => onChange({ ...options, separator: currentTarget.value })}
        />
        {header !== null && (
          <YesNo
            label={words.readingOptions.firstLine}
            chosen={options.header}
            decided={header}
            answers={[words.readingOptions.hasNames, words.readingOptions.isRow]}
            onChange={(value) => onChange({ ...options, header: value })}
          />
        )}
        {quotes !== null && (
          <YesNo
            label={words.readingOptions.quotes}
            chosen={options.quotes}
            decided={quotes}
            answers={[words.readingOptions.markCells, words.readingOptions.plain]}
            onChange={(value) => onChange({ ...options, quotes: value })}
          />
        )}
      </Group>
      {notices.length > 0 && (
        <ul className="small" aria-label={words.readingOptions.about} style={{ margin: "0 0 12px", paddingLeft: 18 }}>
          {notices.map((notice) => (
            <li key={notice[0]}>{say(words.data, notice)}</li>
          ))}
        </ul>
      )}
    </>
  );
}

const nameOf = (separator: string): string =>
  (words.readingOptions.separators as Readonly<Record<string, string>>)[separator] ?? separator;

interface YesNoProps {
  readonly label: string;
  readonly chosen: boolean | "auto";
  readonly decided: boolean;
  /** For yes and for no. */
  readonly answers: readonly [string, string];
  readonly onChange: (value: boolean | "auto") => void;
}

function YesNo({ label, chosen, decided, answers, onChange }: YesNoProps) {
  const [yes, no] = answers;
  return (
    <NativeSelect
      size="xs"
      label={label}
      value={String(chosen)}
      data={[
        { value: "auto", label: words.readingOptions.asItLooks(decided ? yes : no) },
        { value: "true", label: yes },
        { value: "false", label: no },
      ]}
      onChange={({ currentTarget: { value } }) => onChange(value === "auto" ? "auto" : value === "true")}
    />
  );
}
