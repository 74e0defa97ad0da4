import type { Snapshot } from "@duet/lora-core/protocol/snapshot";
import { IconAlertTriangle } from "@tabler/icons-react";
import { useMemo } from "react";
import { plural } from "../lib/format.ts";
import { Panel } from "../ui/Panel.tsx";
import { secureSumView } from "./secureSumView.ts";

/** That updates are summed securely, and the words by which people make sure between whom. Nothing where they are sent as they are. */
export function SecureSumPanel({ snapshot }: { readonly snapshot: Snapshot }) {
  const view = useMemo(() => secureSumView(snapshot), [snapshot]);
  if (!view) return null;
  const { phrase, keys, lost } = view;
  return (
    <Panel
      title="Secure sum"
      hint="Every update leaves its tab under masks that cancel out in the sum of all. The coordinator gets the sum, and no single update."
    >
      {phrase === null ? (
        <p className="muted" style={{ margin: 0 }}>
          The coordinator gets only the sum of all updates. Six words to compare will stand here once two clients have joined.
        </p>
      ) : (
        <>
          <p className="phrase" role="status" aria-label="Words of this federation">
            {phrase}
          </p>
          <p className="muted small" style={{ margin: 0 }}>
            Read these six words to each other aloud, over the telephone: where all read the same, all tabs see the same{" "}
            {plural(keys, "client")}. Count them: one whom nobody knows may be made up. The words change when somebody joins.
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
