import type { Snapshot } from "@duet/lora-core/protocol/snapshot";
import { roundLabel } from "@duet/lora-core/schedule/roundLabel";
import { Button, Group, NativeSelect } from "@mantine/core";
import { useState } from "react";
import { useSession } from "../hooks/useSession.ts";
import { useTask } from "../hooks/useTask.ts";
import { saveFile } from "../lib/saveFile.ts";
import { FailureAlert } from "../ui/FailureAlert.tsx";
import { Panel } from "../ui/Panel.tsx";
import { sharedAdapter, sharedRounds } from "./adapterDownloads.ts";
import { RecognisedRows } from "./RecognisedRows.tsx";

export interface SharedAdaptersPanelProps {
  readonly snapshot: Snapshot;
  /** Watch or invite token, which opens the coordinator's files. */
  readonly token: string;
}

/** The shared adapter of every round, from the coordinator. */
export function SharedAdaptersPanel({ snapshot, token }: SharedAdaptersPanelProps) {
  const [chosen, setChosen] = useState<number | null>(null);
  const [saving, save] = useTask();
  const isMine = useSession(snapshot.federationId)?.state.adapters != null;
  const rounds = sharedRounds(snapshot);
  const round = chosen ?? rounds.at(-1);
  if (round === undefined) return null;
  return (
    <Panel
      title="Shared adapters"
      hint="What the clients learned together, as the coordinator keeps it after every round; a .zip in the layout of the PEFT library."
    >
      <Group gap="xs" align="flex-end">
        <NativeSelect
          size="xs"
          label="After"
          value={String(round)}
          onChange={(event) => setChosen(Number(event.currentTarget.value))}
          data={rounds.map((value) => ({ value: String(value), label: roundLabel(value, snapshot.config.budgets.rounds) }))}
        />
        <Button
          size="xs"
          variant="default"
          aria-label="Download the shared adapter of this round"
          loading={saving.kind === "busy"}
          onClick={() => save(async () => saveFile(await sharedAdapter(round, snapshot, token)))}
        >
          Download
        </Button>
      </Group>
      {isMine && <RecognisedRows federationId={snapshot.federationId} adapter="shared" named />}
      {saving.kind === "failed" && <FailureAlert failure={saving.failure} />}
    </Panel>
  );
}
