import type { Snapshot } from "@duet/lora-core/protocol/snapshot";
import { Button, Group } from "@mantine/core";
import { memo } from "react";
import { useLanguage } from "../../hooks/useLanguage.ts";
import { useTask } from "../../hooks/useTask.ts";
import { saveFile } from "../../lib/saveFile.ts";
import { FailureAlert } from "../../ui/FailureAlert.tsx";
import { type FileToSave, metricsCsv, metricsJson, tensorBoardRuns } from "./metricsFiles.ts";
import { words } from "./words.ts";

const KINDS: readonly { readonly label: string; readonly write: (snapshot: Snapshot) => FileToSave }[] = [
  { label: "CSV", write: metricsCsv },
  { label: "JSON", write: metricsJson },
  { label: "TensorBoard", write: tensorBoardRuns },
];

/** The figures of this page for other programs. They are written in this tab; nothing is sent. */
export const MetricsFiles = memo(function MetricsFiles({ snapshot }: { readonly snapshot: Snapshot }) {
  useLanguage();
  const [saving, save] = useTask();
  if (snapshot.clients.every(({ history }) => history.length === 0)) return null;
  return (
    <section className="quiet" aria-labelledby="metricsFiles">
      <h2 id="metricsFiles">{words.metricsFiles.takeWithYou}</h2>
      <p className="soft small">{words.metricsFiles.note}</p>
      <Group gap="xs">
        {KINDS.map(({ label, write }) => (
          <Button
            key={label}
            size="xs"
            variant="default"
            aria-label={words.metricsFiles.downloadAs(label)}
            onClick={() => save(async () => saveFile(write(snapshot)))}
          >
            {label}
          </Button>
        ))}
      </Group>
      {saving.kind === "failed" && <FailureAlert failure={saving.failure} />}
    </section>
  );
});
