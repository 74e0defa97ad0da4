import type { KeptAdapters } from "@duet/client/keptAdapters";
import { availableAdapters, type ClientAdapterKind } from "@duet/lora-core/federation/heldAdapters";
import type { Snapshot } from "@duet/lora-core/protocol/snapshot";
import { isFusing } from "@duet/lora-core/schedule/roundNumbers";
import { Button } from "@mantine/core";
import { memo, useState } from "react";
import { useAdapterExport } from "../hooks/useAdapterExport.ts";
import { useLanguage } from "../hooks/useLanguage.ts";
import { ANSWERERS } from "../lib/adapters.ts";
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
  /** Whether the person uses what was learned alone in place of what the method serves. */
  readonly usesAlone?: boolean;
}

const OWN = ANSWERERS.filter((adapter) => adapter.key !== "base");

/** This tab's own adapters as files for other programs. */
export const AdaptersPanel = memo(function AdaptersPanel({
  snapshot: { federationId, config },
  adapters,
  usesAlone = false,
}: AdaptersPanelProps) {
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
        {OWN.filter(({ key }) => key !== "alone" || adapters.alone).map(({ key, label, color, hint }) => (
          <li key={key}>
            <span className="dot" style={{ background: color }} aria-hidden="true" />
            <span>
              {label}
              {usesAlone && key === "alone" && <span className="muted small"> {words.adaptersPanel.usedFirst}</span>}
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
      <PushToHub
        {...{ federationId, config, adapters, available, usesAlone, format }}
        refused={refusalOf(format, config.model) !== null}
      />
    </Panel>
  );
});
