import type { DownloadProgress } from "@duet/lora-core/checkpoints/resumableDownload";
import { Button, Progress } from "@mantine/core";
import { IconFileStack } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { useDropzone } from "react-dropzone";
import { formatBytes } from "../lib/format.ts";
import { words } from "./words.ts";

export interface ModelFilesDropProps {
  readonly onFiles: (files: readonly File[]) => void;
  /** Of the check that is running; null when none is. */
  readonly progress: DownloadProgress | null;
  readonly isBusy: boolean;
  /** Which files are wanted. */
  readonly children: ReactNode;
}

/** Files of a base model by drop or picker. */
export function ModelFilesDrop({ onFiles, progress, isBusy, children }: ModelFilesDropProps) {
  const { getRootProps, getInputProps, isDragActive, open } = useDropzone({
    noClick: true,
    noKeyboard: true,
    disabled: isBusy,
    onDrop: (files) => files.length > 0 && onFiles(files),
  });
  const { receivedBytes = 0, totalBytes = null } = progress ?? {};
  return (
    <div {...getRootProps({ className: "dropzone" })} data-active={isDragActive}>
      <input {...getInputProps()} aria-label={words.modelFilesDrop.files} />
      <IconFileStack size={28} stroke={1.4} aria-hidden="true" />
      <div>{words.modelFilesDrop.drop}</div>
      <div className="muted small">{children}</div>
      <Button size="xs" variant="default" onClick={open} loading={isBusy}>
        {words.modelFilesDrop.choose}
      </Button>
      {progress && totalBytes !== null && (
        <div style={{ width: "100%", maxWidth: 320 }}>
          <Progress value={(100 * receivedBytes) / totalBytes} size={6} aria-label={words.modelFilesDrop.checking} />
          <div className="muted small" style={{ marginTop: 4 }}>
            {words.modelFilesDrop.checked(formatBytes(receivedBytes), formatBytes(totalBytes))}
          </div>
        </div>
      )}
    </div>
  );
}
