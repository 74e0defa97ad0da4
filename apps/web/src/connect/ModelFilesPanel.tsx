import type { BaseModel } from "@duet/lora-core/protocol/baseModel";
import { Box } from "@mantine/core";
import { IconCheck } from "@tabler/icons-react";
import { formatBytes } from "../lib/format.ts";
import { FailureAlert } from "../ui/FailureAlert.tsx";
import { Panel } from "../ui/Panel.tsx";
import { ModelFilesDrop } from "./ModelFilesDrop.tsx";
import type { NeededModelFiles } from "./useModelFiles.ts";
import { words } from "./words.ts";

export interface ModelFilesPanelProps {
  readonly model: BaseModel;
  readonly files: NeededModelFiles;
}

/** Asks for the base model's files where every participant picks them; nothing for a base that is downloaded. */
export function ModelFilesPanel({ model, files }: ModelFilesPanelProps) {
  if (model.source.kind !== "files") return null;
  const { missing, checking, progress, take } = files;
  return (
    <Panel title={words.modelFilesPanel.title} aside={model.name} hint={words.modelFilesPanel.hint}>
      {missing?.length === 0 ? (
        <p style={{ margin: 0 }} role="status">
          <IconCheck size={16} aria-hidden="true" style={{ verticalAlign: "-3px" }} /> {words.modelFilesPanel.has}
        </p>
      ) : (
        <ModelFilesDrop onFiles={take} progress={progress} isBusy={checking.kind === "busy"}>
          {missing === null
            ? words.modelFilesPanel.looking
            : words.modelFilesPanel.stillNeeded(
                missing.map(({ path, bytes }) => words.modelFilesPanel.fileSize(path, formatBytes(bytes))).join(", "),
              )}
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
