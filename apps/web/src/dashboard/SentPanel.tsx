import { ledgerFileOf } from "@duet/client/sentLedger";
import type { SentEntry } from "@duet/lora-core/protocol/sentLedger";
import { Button, Group, Modal } from "@mantine/core";
import { useState } from "react";
import { useServices } from "../hooks/ServicesContext.tsx";
import { useStore } from "../hooks/useStore.ts";
import { formatBytes, formatClock, plural } from "../lib/format.ts";
import { saveFile } from "../lib/saveFile.ts";
import { Panel } from "../ui/Panel.tsx";
import { Scroll } from "../ui/Scroll.tsx";

export interface SentPanelProps {
  readonly federationId: string;
  /** Null before it has joined. */
  readonly clientId: string | null;
}

/** Everything that this client has sent, countable, readable, and as a file that can be checked. */
export function SentPanel({ federationId, clientId }: SentPanelProps) {
  const { ledger, coordinator } = useServices();
  const totals = useStore(ledger);
  const { bytes, messages, entries, isKept } = totals;
  const [opened, setOpened] = useState(false);
  return (
    <Panel
      title="What left this tab"
      hint={`Counted where the tab sends. ${isKept ? "This device keeps the list: it goes on after a reload." : "This device keeps no list: it ends with this page."} Your rows are in none of these messages.`}
    >
      <p style={{ margin: "0 0 4px" }}>
        <strong>{formatBytes(bytes)}</strong> in {plural(messages, "message")}
      </p>
      <p className="muted small" style={{ margin: "0 0 12px" }}>
        rows, tokens and prompts: none
      </p>
      <Group gap="xs">
        <Button size="xs" variant="default" onClick={() => setOpened(true)}>
          Look inside
        </Button>
        {clientId !== null && (
          <Button
            size="xs"
            variant="default"
            onClick={() => saveFile(ledgerFileOf(totals, { coordinator: coordinator.baseUrl, federationId, clientId }))}
          >
            Download the list
          </Button>
        )}
      </Group>
      <Modal opened={opened} onClose={() => setOpened(false)} title="What left this tab" size="xl">
        <SentTable entries={entries} />
      </Modal>
    </Panel>
  );
}

/** As many as are shown at once; the file has all of them. */
const SHOWN = 200;

function SentTable({ entries }: { readonly entries: readonly SentEntry[] }) {
  return (
    <Scroll label="Messages that left this tab">
      <table className="plain">
        <thead>
          <tr>
            <th>Time</th>
            <th>Message</th>
            <th className="number">Size</th>
            <th>Content</th>
            <th>Made from</th>
          </tr>
        </thead>
        <tbody>
          {entries
            .slice(-SHOWN)
            .toReversed()
            .map((entry, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: an append-only list without ids, newest first
              <tr key={entries.length - index}>
                <td>{formatClock(entry.at)}</td>
                <td>
                  {entry.event}
                  {entry.messages > 1 && <div className="muted small">{entry.messages} times</div>}
                </td>
                <td className="number">{formatBytes(entry.bytes)}</td>
                <td>
                  {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so it must be reachable by keyboard */}
                  <pre className="payload" tabIndex={0}>
                    {entry.content}
                  </pre>
                </td>
                <td className="small">
                  {entry.madeFrom}
                  <div className="muted" title={entry.sha256}>
                    SHA-256 {entry.sha256.slice(0, 12)}…
                  </div>
                </td>
              </tr>
            ))}
        </tbody>
      </table>
    </Scroll>
  );
}
