import type { PeftFiles } from "@duet/lora-core/adapters/peftFormat";
import { Button, Group } from "@mantine/core";
import { useState } from "react";
import { useDropzone } from "react-dropzone";
import { useTask } from "../hooks/useTask.ts";
import { FailureAlert } from "../ui/FailureAlert.tsx";
import { readAdapterArchive } from "./adapterArchive.ts";
import { words } from "./words.ts";

export interface AdapterPickerProps {
  /** What the chosen adapter is in words; null while none is. */
  readonly chosen: string | null;
  /** Takes the files. @throws {Error} with a sentence when they do not fit. */
  readonly onFiles: (files: PeftFiles) => void;
  readonly onClear: () => void;
}

/** A PEFT adapter by drop or picker: its .zip, its folder, or its two files. */
export function AdapterPicker({ chosen, onFiles, onClear }: AdapterPickerProps) {
  const [reading, read] = useTask();
  const [name, setName] = useState("");
  const take = (files: readonly File[]) => {
    if (files.length === 0) return;
    onClear();
    setName(files.map((file) => file.name).join(", "));
    read(async () => {
      const named = files.map(async (file) => ({ name: file.name, bytes: new Uint8Array(await file.arrayBuffer()) }));
      onFiles(readAdapterArchive(await Promise.all(named)));
    });
  };
  const { getRootProps, getInputProps, isDragActive, open } = useDropzone({
    noClick: true,
    noKeyboard: true,
    onDrop: (files) => take(files),
  });
  if (chosen !== null) {
    return (
      <Group gap="sm">
        <span>
          {name}: {chosen}
        </span>
        <Button size="xs" variant="default" onClick={onClear}>
          {words.adapterPicker.startWithoutIt}
        </Button>
      </Group>
    );
  }
  return (
    <>
      <div {...getRootProps({ className: "dropzone" })} data-active={isDragActive}>
        <input {...getInputProps({ accept: ".zip,.json,.safetensors" })} aria-label={words.adapterPicker.adapterFiles} />
        <div>{words.adapterPicker.drop}</div>
        <div className="muted small">{words.adapterPicker.files}</div>
        <Button size="xs" variant="default" onClick={open} loading={reading.kind === "busy"}>
          {words.adapterPicker.chooseFiles}
        </Button>
      </div>
      {reading.kind === "failed" && (
        <div style={{ marginTop: 12 }}>
          <FailureAlert failure={{ ...reading.failure, nextStep: words.adapterPicker.chooseAnother }} />
        </div>
      )}
    </>
  );
}
