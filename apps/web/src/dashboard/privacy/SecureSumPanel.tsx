import type { Snapshot } from "@duet/lora-core/protocol/snapshot";
import { IconAlertTriangle } from "@tabler/icons-react";
import { useMemo } from "react";
import { useLanguage } from "../../hooks/useLanguage.ts";
import { Panel } from "../../ui/Panel.tsx";
import { Term } from "../../ui/Term.tsx";
import { secureSumView } from "./secureSumView.ts";
import { words } from "./words.ts";

/** That updates are summed securely, and the words by which people make sure between whom. Nothing where they are sent as they are. */
export function SecureSumPanel({ snapshot }: { readonly snapshot: Snapshot }) {
  const spoken = useLanguage();
  // biome-ignore lint/correctness/useExhaustiveDependencies: what it says is of the language.
  const view = useMemo(() => secureSumView(snapshot), [snapshot, spoken]);
  if (!view) return null;
  const { phrase, keys, lost } = view;
  return (
    <Panel title={<Term term="secure sum">{words.secureSumPanel.secureSum}</Term>} hint={words.secureSumPanel.hint}>
      {phrase === null ? (
        <p className="muted" style={{ margin: 0 }}>
          {words.secureSumPanel.wordsToCome}
        </p>
      ) : (
        <>
          <p className="phrase" role="status" aria-label={words.secureSumPanel.wordsOfThisFederation}>
            {phrase}
          </p>
          <p className="muted small" style={{ margin: 0 }}>
            {words.secureSumPanel.compare(keys)}
          </p>
        </>
      )}
      {lost.map((sentence) => (
        <p key={sentence} className="small withIcon">
          <IconAlertTriangle size={16} aria-hidden="true" /> {sentence}
        </p>
      ))}
    </Panel>
  );
}
