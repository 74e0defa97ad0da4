import type { KeptAdapters } from "@duet/client/keptAdapters";
import { availableAdapters, type ClientAdapterKind } from "@duet/lora-core/federation/clientAdapters";
import type { Snapshot } from "@duet/lora-core/protocol/snapshot";
import { roundLabel } from "@duet/lora-core/schedule/roundLabel";
import { isFusing } from "@duet/lora-core/schedule/roundNumbers";
import { Button } from "@mantine/core";
import { useTask } from "../hooks/useTask.ts";
import { ADAPTERS } from "../lib/adapters.ts";
import { saveFile } from "../lib/saveFile.ts";
import { FailureAlert } from "../ui/FailureAlert.tsx";
import { Panel } from "../ui/Panel.tsx";
import { type AdapterDownload, ownAdapter } from "./adapterDownloads.ts";
import { RecognisedRows } from "./RecognisedRows.tsx";

export interface AdaptersPanelProps {
  readonly snapshot: Snapshot;
  /** Null before this tab's first finished round. */
  readonly adapters: KeptAdapters | null;
}

const OWN = ADAPTERS.filter((adapter) => adapter.key !== "base");

/** This tab's own adapters as files for the PEFT library. */
export function AdaptersPanel({ snapshot: { federationId, config }, adapters }: AdaptersPanelProps) {
  const { rounds } = config.budgets;
  const [saving, save] = useTask();
  if (!adapters) return null;
  const available: readonly ClientAdapterKind[] = availableAdapters(adapters);
  const download = (make: () => AdapterDownload) => save(async () => saveFile(make()));
  return (
    <Panel
      title="Your adapters"
      hint="Each as a .zip in the layout of the PEFT library, with a README. They are written in this tab; nothing is sent."
      aside={isFusing(adapters.round, rounds) ? "after all rounds" : roundLabel(adapters.round, rounds)}
    >
      <ul className="downloads">
        {OWN.map(({ key, label, color, hint }) => (
          <li key={key}>
            <span className="dot" style={{ background: color }} aria-hidden="true" />
            <span>
              {label}
              <span className="muted small block">
                {available.includes(key) ? hint : "After the last round, once its weights are found."}
              </span>
              {available.includes(key) && <RecognisedRows federationId={federationId} adapter={key} />}
            </span>
            <Button
              size="xs"
              variant="default"
              aria-label={`Download the ${label} adapter`}
              disabled={!available.includes(key)}
              onClick={() => download(() => ownAdapter(key, adapters, config))}
            >
              Download
            </Button>
          </li>
        ))}
      </ul>
      {saving.kind === "failed" && <FailureAlert failure={saving.failure} />}
    </Panel>
  );
}
