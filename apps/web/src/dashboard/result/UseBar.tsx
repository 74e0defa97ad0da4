import type { SessionState } from "@duet/client/sessionState";
import { availableAdapters } from "@duet/lora-core/federation/heldAdapters";
import { seenBy } from "@duet/lora-core/protocol/audience";
import type { Snapshot } from "@duet/lora-core/protocol/snapshot";
import { Button, TextInput } from "@mantine/core";
import { IconDownload, IconMessage, IconShare, IconTable } from "@tabler/icons-react";
import { type FormEvent, type ReactNode, useState } from "react";
import { ownAdapter } from "../../adapters/adapterDownloads.ts";
import { ExportState } from "../../adapters/ExportState.tsx";
import { RecognisedRows } from "../../adapters/RecognisedRows.tsx";
import { useAdapterExport } from "../../hooks/useAdapterExport.ts";
import { useGo } from "../../hooks/useGo.ts";
import { comparable } from "../../lib/adapters.ts";
import { playgroundPath } from "../../lib/links.ts";
import { words as common } from "../../lib/words.ts";
import { CopyText } from "../../ui/CopyText.tsx";
import { headlineView } from "../headlineView.ts";
import { ReportButtons } from "./ReportButtons.tsx";
import { resultSentence } from "./resultReport.ts";
import { verdictView } from "./verdictView.ts";
import { words } from "./words.ts";

export interface UseBarProps {
  /** Answers a file of one's own; shown on demand. */
  readonly predict: ReactNode;
  readonly snapshot: Snapshot;
  readonly state: SessionState;
  /** Of the link that led here. */
  readonly token: string;
  readonly usesAlone: boolean;
}

/** Everything one may want of the result, in one bar: try it, answer a file, take the adapter, tell others. */
export function UseBar({ predict, snapshot, state, token, usesAlone }: UseBarProps) {
  const go = useGo();
  const [input, setInput] = useState("");
  const [isPredicting, setPredicting] = useState(false);
  const exporting = useAdapterExport();
  const { adapters, own, samples } = state;
  if (!adapters || !own) return null;
  const verdict = verdictView(comparable(own), own.testRows ?? samples?.test ?? null);
  const available = availableAdapters(adapters);
  // The untouched base is no file: then what the rounds ended with.
  const wanted = usesAlone ? "alone" : verdict?.best;
  const kind = available.find((key) => key === wanted) ?? available.at(-1);
  const playground = playgroundPath(snapshot.federationId, token);
  const tryIt = (event: FormEvent) => {
    event.preventDefault();
    go(playground, { state: { input: input.trim() } });
  };
  // The sentence is passed on.
  const figure = headlineView(seenBy("everybody", snapshot), state);
  return (
    <section className="useBar" aria-label={words.useBar.useIt}>
      <form onSubmit={tryIt}>
        <TextInput
          aria-label={words.useBar.somethingToTryItOn}
          placeholder={words.useBar.somethingToTryItOn}
          value={input}
          onChange={(event) => setInput(event.currentTarget.value)}
        />
        <Button type="submit" leftSection={<IconMessage size={16} />}>
          {words.useBar.tryIt}
        </Button>
      </form>
      <Button
        variant="default"
        leftSection={<IconTable size={16} />}
        aria-expanded={isPredicting}
        onClick={() => setPredicting(!isPredicting)}
      >
        {words.useBar.predictAFile}
      </Button>
      {kind && (
        <Button
          variant="default"
          leftSection={<IconDownload size={16} />}
          loading={exporting.state.kind === "busy"}
          onClick={() => exporting.save(async () => ownAdapter(kind, adapters, snapshot.config, "peft"))}
        >
          {kind === "alone" ? words.useBar.exportAlone : words.useBar.exportKind(common.adapterNames[kind])}
        </Button>
      )}
      {figure && (
        <CopyText value={resultSentence(snapshot, figure)}>
          {({ isCopied, copy }) => (
            <Button variant="default" leftSection={<IconShare size={16} />} onClick={copy}>
              {isCopied ? words.useBar.copied : words.useBar.copyTheResult}
            </Button>
          )}
        </CopyText>
      )}
      {headlineView(snapshot, state) && <ReportButtons snapshot={snapshot} own={state} verdict={verdict} />}
      {kind && (
        <div className="whole">
          <RecognisedRows federationId={snapshot.federationId} adapter={kind} named />
        </div>
      )}
      <ExportState {...exporting} />
      {isPredicting && <div className="whole">{predict}</div>}
    </section>
  );
}
