import type { KeptAdapters } from "@duet/client/keptAdapters";
import { availableAdapters, type ClientAdapterKind } from "@duet/lora-core/federation/heldAdapters";
import type { Snapshot } from "@duet/lora-core/protocol/snapshot";
import { isFusing } from "@duet/lora-core/schedule/roundNumbers";
import { Button } from "@mantine/core";
import { memo, useState } from "react";
import { useAdapterExport } from "../hooks/useAdapterExport.ts";
import { useLanguage } from "../hooks/useLanguage.ts";
import { ADAPTERS } from "../lib/adapters.ts";
import { roundLabel } from "../lib/roundWords.ts";
import type { Export } from "../services/adapterExport.ts";
import { Panel } from "../ui/Panel.tsx";
import { ownAdapter } from "./adapterDownloads.ts";
import { ExportState } from "./ExportState.tsx";
import { FormatChoice, refusalOf } from "./FormatChoice.tsx";
import { PushToHub } from "./PushToHub.tsx";
import { RecognisedRows } from "./RecognisedRows.tsx";
import { words } from "./words.ts";

export interface AdaptersPanelProps {
  readonly snapshot: Snapshot;
  /** Null before this tab's first finished round. */
  readonly adapters: KeptAdapters | null;
}

const OWN = ADAPTERS.filter((adapter) => adapter.key !== "base");

/** This tab's own adapters as files for other programs. */
export const AdaptersPanel = memo(function AdaptersPanel({ snapshot: { federationId, config }, adapters }: AdaptersPanelProps) {
  useLanguage();
  const { rounds } = config.budgets;
  const exporting = useAdapterExport();
  const [format, setFormat] = useState<Export["format"]>("peft");
  if (!adapters) return null;
  const available: readonly ClientAdapterKind[] = availableAdapters(adapters);
  const closed = exporting.state.kind === "busy" || refusalOf(format, config.model) !== null;
  return (
    <Panel
      title={words.adaptersPanel.yourAdapters}
      hint={words.adaptersPanel.hint}
      aside={isFusing(adapters.round, rounds) ? words.adaptersPanel.afterAllRounds : roundLabel(adapters.round, rounds)}
    >
      <FormatChoice model={config.model} format={format} onChange={setFormat} />
      <ul className="downloads">
        {OWN.map(({ key, label, color, hint }) => (
          <li key={key}>
            <span className="dot" style={{ background: color }} aria-hidden="true" />
            <span>
              {label}
              <span className="muted small block">{available.includes(key) ? hint : words.adaptersPanel.laterReason}</span>
              {available.includes(key) && <RecognisedRows federationId={federationId} adapter={key} />}
            </span>
            <Button
              size="xs"
              variant="default"
              aria-label={words.adaptersPanel.exportNamed(label)}
              disabled={closed || !available.includes(key)}
              onClick={() => exporting.save(async () => ownAdapter(key, adapters, config, format))}
            >
              {words.adaptersPanel.export}
            </Button>
          </li>
        ))}
      </ul>
      <ExportState {...exporting} />
      <PushToHub {...{ federationId, config, adapters, available, format }} refused={refusalOf(format, config.model) !== null} />
    </Panel>
  );
});
