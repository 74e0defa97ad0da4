import type { Snapshot } from "@duet/lora-core/protocol/snapshot";
import { Button } from "@mantine/core";
import { IconFileText, IconPrinter } from "@tabler/icons-react";
import { chartPictures } from "../../lib/chartPicture.ts";
import { printPage } from "../../lib/printPage.ts";
import { saveFile } from "../../lib/saveFile.ts";
import type { HeadlineView } from "../headlineView.ts";
import { resultReport } from "./resultReport.ts";
import type { VerdictView } from "./verdictView.ts";
import { words } from "./words.ts";

export interface ReportButtonsProps {
  readonly snapshot: Snapshot;
  readonly figure: HeadlineView;
  /** Of one's own adapters; null for who watches. */
  readonly verdict: VerdictView | null;
}

/** What came of it to hand on, with the charts of the page: as a file, and on paper or as PDF by the browser's dialog. */
export function ReportButtons({ snapshot, figure, verdict }: ReportButtonsProps) {
  const write = () => resultReport(snapshot, figure, verdict, chartPictures(document));
  const save = () => {
    const { fileName, html } = write();
    saveFile({ fileName, content: new TextEncoder().encode(html) });
  };
  return (
    <>
      <Button variant="default" leftSection={<IconFileText size={16} />} onClick={save}>
        {words.reportButtons.report}
      </Button>
      <Button variant="default" leftSection={<IconPrinter size={16} />} onClick={() => printPage(write().html)}>
        {words.reportButtons.print}
      </Button>
    </>
  );
}
