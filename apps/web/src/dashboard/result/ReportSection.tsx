import type { Snapshot } from "@duet/lora-core/protocol/snapshot";
import { Group } from "@mantine/core";
import { headlineView } from "../headlineView.ts";
import { ReportButtons } from "./ReportButtons.tsx";
import { words } from "./words.ts";

/** The report for who has no adapters here: organiser and watcher. Nothing where nothing was measured. */
export function ReportSection({ snapshot }: { readonly snapshot: Snapshot }) {
  if (!headlineView(snapshot, null)) return null;
  return (
    <section className="quiet" aria-labelledby="reportSection">
      <h2 id="reportSection">{words.reportButtons.report}</h2>
      <p className="soft small">{words.reportButtons.note}</p>
      <Group gap="xs">
        <ReportButtons snapshot={snapshot} own={null} verdict={null} />
      </Group>
    </section>
  );
}
