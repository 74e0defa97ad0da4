import { separatorName, type TableOptions, type TableReading } from "@duet/lora-core/data/tableOptions";
import { TEXT_ENCODINGS } from "@duet/lora-core/data/textEncoding";
import { Group, NativeSelect } from "@mantine/core";

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
            label="Encoding"
            value={options.encoding}
            data={[{ value: "auto", label: `as it looks: ${encoding}` }, ...TEXT_ENCODINGS]}
            onChange={({ currentTarget }) => onChange({ ...options, encoding: currentTarget.value as TableOptions["encoding"] })}
          />
        )}
        <NativeSelect
          size="xs"
          label="Separator"
          value={options.separator}
          data={[
            { value: "auto", label: `as it looks: ${isTable ? separatorName(separator) : "none"}` },
            ...SEPARATORS.map((value) => ({ value, label: separatorName(value) })),
          ]}
          onChange={({ currentTarget }) => onChange({ ...options, separator: currentTarget.value })}
        />
        {header !== null && (
          <YesNo
            label="First line"
            chosen={options.header}
            decided={header}
            words={["has the column names", "is a row"]}
            onChange={(value) => onChange({ ...options, header: value })}
          />
        )}
        {quotes !== null && (
          <YesNo
            label="Quotes"
            chosen={options.quotes}
            decided={quotes}
            words={["mark cells", "are plain characters"]}
            onChange={(value) => onChange({ ...options, quotes: value })}
          />
        )}
      </Group>
      {notices.length > 0 && (
        <ul className="small" aria-label="About this file" style={{ margin: "0 0 12px", paddingLeft: 18 }}>
          {notices.map((notice) => (
            <li key={notice}>{notice}</li>
          ))}
        </ul>
      )}
    </>
  );
}

interface YesNoProps {
  readonly label: string;
  readonly chosen: boolean | "auto";
  readonly decided: boolean;
  /** For yes and for no. */
  readonly words: readonly [string, string];
  readonly onChange: (value: boolean | "auto") => void;
}

function YesNo({ label, chosen, decided, words, onChange }: YesNoProps) {
  const [yes, no] = words;
  return (
    <NativeSelect
      size="xs"
      label={label}
      value={String(chosen)}
      data={[
        { value: "auto", label: `as it looks: ${decided ? yes : no}` },
        { value: "true", label: yes },
        { value: "false", label: no },
      ]}
      onChange={({ currentTarget: { value } }) => onChange(value === "auto" ? "auto" : value === "true")}
    />
  );
}
