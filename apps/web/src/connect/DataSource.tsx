import { Button, Group, Textarea } from "@mantine/core";
import { IconTableImport } from "@tabler/icons-react";
import { useState } from "react";
import { useFileDrop } from "../hooks/useFileDrop.ts";
import { TooManyFiles } from "../ui/TooManyFiles.tsx";
import { words } from "./words.ts";

export interface DataSourceProps {
  readonly onData: (content: Blob, fileName: string) => void;
}

const ENDINGS = ".csv,.tsv,.tab,.jsonl,.ndjson,.json,.log,.txt";

/** A file by drop or picker, or text by paste. */
export function DataSource({ onData }: DataSourceProps) {
  const [pasting, setPasting] = useState(false);
  const { getRootProps, getInputProps, isDragActive, open, tooMany } = useFileDrop((file) => onData(file, file.name));
  return (
    <>
      <div {...getRootProps({ className: "dropzone" })} data-active={isDragActive}>
        <input {...getInputProps({ accept: ENDINGS })} aria-label={words.dataSource.dataFile} />
        <IconTableImport size={28} stroke={1.4} aria-hidden="true" />
        <div>{words.dataSource.drop}</div>
        <div className="muted small">{words.dataSource.formats}</div>
        <Group gap="xs" justify="center">
          <Button size="xs" variant="default" onClick={open}>
            {words.dataSource.chooseFile}
          </Button>
          <Button size="xs" variant="default" onClick={() => setPasting(!pasting)} aria-expanded={pasting}>
            {words.dataSource.paste}
          </Button>
        </Group>
        <TooManyFiles count={tooMany} />
      </div>
      {pasting && <PasteForm onData={onData} />}
    </>
  );
}

function PasteForm({ onData }: DataSourceProps) {
  const [text, setText] = useState("");
  return (
    <div style={{ marginTop: 12 }}>
      <Textarea
        label={words.dataSource.rows}
        description={words.dataSource.pasteNote}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        minRows={5}
        autosize
        maxRows={14}
      />
      <Button
        mt="xs"
        size="xs"
        variant="default"
        disabled={text.trim() === ""}
        onClick={() => onData(new Blob([text]), words.dataSource.pastedText)}
      >
        {words.dataSource.useThese}
      </Button>
    </div>
  );
}
