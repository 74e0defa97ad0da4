import type { BaseModel } from "@duet/lora-core/protocol/baseModel";
import { Box } from "@mantine/core";
import { IconCheck } from "@tabler/icons-react";
import { formatBytes } from "../lib/format.ts";
import { FailureAlert } from "../ui/FailureAlert.tsx";
import { Panel } from "../ui/Panel.tsx";
import { ModelFilesDrop } from "./ModelFilesDrop.tsx";
import type { NeededModelFiles } from "./useModelFiles.ts";

export interface ModelFilesPanelProps {
  readonly model: BaseModel;
  readonly files: NeededModelFiles;
}

/** Asks for the base model's files where every participant picks them; nothing for a base that is downloaded. */
export function ModelFilesPanel({ model, files }: ModelFilesPanelProps) {
  if (model.source.kind !== "files") return null;
  const { missing, checking, progress, take } = files;
  return (
    <Panel
      title="Base model files"
      aside={model.name}
      hint="They stay on this device and are kept by this browser where it has room."
    >
      {missing?.length === 0 ? (
        <p style={{ margin: 0 }} role="status">
          <IconCheck size={16} aria-hidden="true" style={{ verticalAlign: "-3px" }} /> This device has the base model's files.
        </p>
      ) : (
        <ModelFilesDrop onFiles={take} progress={progress} isBusy={checking.kind === "busy"}>
          {missing === null
            ? "Looking whether this browser has them."
            : `Still needed: ${missing.map(({ path, bytes }) => `${path} (${formatBytes(bytes)})`).join(", ")}. Ask the organiser for the same files.`}
        </ModelFilesDrop>
      )}
      {checking.kind === "failed" && (
        <Box mt="sm">
          <FailureAlert failure={checking.failure} />
        </Box>
      )}
    </Panel>
  );
}
