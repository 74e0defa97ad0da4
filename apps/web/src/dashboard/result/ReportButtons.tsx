import { seenBy } from "@duet/lora-core/protocol/audience";
import type { Audience } from "@duet/lora-core/protocol/figures";
import type { Snapshot } from "@duet/lora-core/protocol/snapshot";
import { Button, Checkbox } from "@mantine/core";
import { IconFileText, IconPrinter } from "@tabler/icons-react";
import { useState } from "react";
import { chartPictures } from "../../lib/chartPicture.ts";
import { isCrowd } from "../../lib/crowd.ts";
import { printPage } from "../../lib/printPage.ts";
import { saveFile } from "../../lib/saveFile.ts";
import { tellsOrganiserAlone } from "../../lib/toldFigures.ts";
import { words as common } from "../../lib/words.ts";
import { headlineView, type Own } from "../headlineView.ts";
import { resultReport } from "./resultReport.ts";
import type { VerdictView } from "./verdictView.ts";
import { words } from "./words.ts";

export interface ReportButtonsProps {
  readonly snapshot: Snapshot;
  /** This tab's own figures and what they say of its adapters; null for who has none here. */
  readonly own: Own | null;
  readonly verdict: VerdictView | null;
}

/**
 * What came of it to hand on, with the charts of the page: as a file, and on paper or as PDF by the browser's dialog. What clients told the
 * organiser alone, which the charts show too, is in it only by choice.
 */
export function ReportButtons({ snapshot, own, verdict }: ReportButtonsProps) {
  const [audience, setAudience] = useState<Audience>("everybody");
  const alone = snapshot.clients.filter(tellsOrganiserAlone);
  const shown = seenBy(audience, snapshot);
  const figure = headlineView(shown, own);
  const charts = () => (audience === "organiser" || alone.length === 0 ? chartPictures(document) : []);
  const write = figure && (() => resultReport(shown, figure, verdict, charts()));
  const save = () => {
    if (!write) return;
    const { fileName, html } = write();
    saveFile({ fileName, content: new TextEncoder().encode(html) });
  };
  return (
    <>
      <Button variant="default" leftSection={<IconFileText size={16} />} disabled={!write} onClick={save}>
        {words.reportButtons.report}
      </Button>
      <Button
        variant="default"
        leftSection={<IconPrinter size={16} />}
        disabled={!write}
        onClick={() => write && printPage(write().html)}
      >
        {words.reportButtons.print}
      </Button>
      {alone.length > 0 && (
        <Checkbox
          className="whole"
          label={words.reportButtons.toldAlone(
            isCrowd(snapshot) ? common.counts.clients(alone.length) : common.listing.and(alone.map(({ name }) => name)),
          )}
          description={figure ? words.reportButtons.leftOut : words.reportButtons.nothingElse}
          checked={audience === "organiser"}
          onChange={({ currentTarget }) => setAudience(currentTarget.checked ? "organiser" : "everybody")}
        />
      )}
    </>
  );
}
