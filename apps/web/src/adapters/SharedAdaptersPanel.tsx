import type { Snapshot } from "@duet/lora-core/protocol/snapshot";
import { Button, Group, NativeSelect } from "@mantine/core";
import { useState } from "react";
import { useAdapterExport } from "../hooks/useAdapterExport.ts";
import { useSession } from "../hooks/useSession.ts";
import { roundLabel } from "../lib/roundWords.ts";
import type { Export } from "../services/adapterExport.ts";
import { Panel } from "../ui/Panel.tsx";
import { sharedAdapter, sharedRounds } from "./adapterDownloads.ts";
import { ExportState } from "./ExportState.tsx";
import { FormatChoice, refusalOf } from "./FormatChoice.tsx";
import { RecognisedRows } from "./RecognisedRows.tsx";
import { words } from "./words.ts";

export interface SharedAdaptersPanelProps {
  readonly snapshot: Snapshot;
  /** Watch or invite token, which opens the coordinator's files. */
  readonly token: string;
}

/** The shared adapter of every round, from the coordinator. */
export function SharedAdaptersPanel({ snapshot, token }: SharedAdaptersPanelProps) {
  const [chosen, setChosen] = useState<number | null>(null);
  const exporting = useAdapterExport();
  const [format, setFormat] = useState<Export["format"]>("peft");
  const isMine = useSession(snapshot.federationId)?.state.adapters != null;
  const rounds = sharedRounds(snapshot);
  const round = chosen ?? rounds.at(-1);
  if (round === undefined) return null;
  return (
    <Panel title={words.sharedAdaptersPanel.sharedAdapters} hint={words.sharedAdaptersPanel.hint}>
      <FormatChoice model={snapshot.config.model} format={format} onChange={setFormat} />
      <Group gap="xs" align="flex-end" mt="xs">
        <NativeSelect
          size="xs"
          label={words.sharedAdaptersPanel.after}
          value={String(round)}
          onChange={(event) => setChosen(Number(event.currentTarget.value))}
          data={rounds.map((value) => ({ value: String(value), label: roundLabel(value, snapshot.config.budgets.rounds) }))}
        />
        <Button
          size="xs"
          variant="default"
          aria-label={words.sharedAdaptersPanel.exportThis}
          loading={exporting.state.kind === "busy"}
          disabled={refusalOf(format, snapshot.config.model) !== null}
          onClick={() => exporting.save(() => sharedAdapter(round, snapshot, token, format))}
        >
          {words.sharedAdaptersPanel.export}
        </Button>
      </Group>
      {isMine && <RecognisedRows federationId={snapshot.federationId} adapter="shared" named />}
      <ExportState {...exporting} />
    </Panel>
  );
}
