import { ledgerFileOf } from "@duet/client/sentLedger";
import type { SentEntry } from "@duet/lora-core/protocol/sentLedger";
import { Button, Group, Modal } from "@mantine/core";
import { Fragment, type ReactNode, useState } from "react";
import { useServices } from "../../hooks/ServicesContext.tsx";
import { useStore } from "../../hooks/useStore.ts";
import { formatBytes, formatClock } from "../../lib/format.ts";
import { saveFile } from "../../lib/saveFile.ts";
import { Panel } from "../../ui/Panel.tsx";
import { Scroll } from "../../ui/Scroll.tsx";
import { sentName, sentText } from "../told/toldText.ts";
import { sentGroups } from "./sentView.ts";
import { words } from "./words.ts";

export interface SentPanelProps {
  readonly federationId: string;
  /** Null before it has joined. */
  readonly clientId: string | null;
  /** What never leaves a participant's tab; null for who only looks on. */
  readonly never: ReactNode;
}

/** Everything that this client has sent, countable, readable, and as a file that can be checked. */
export function SentPanel({ federationId, clientId, never }: SentPanelProps) {
  const { ledger, coordinator } = useServices();
  const totals = useStore(ledger);
  const { bytes, messages, entries, isKept } = totals;
  const [opened, setOpened] = useState(false);
  return (
    <Panel
      title={words.sentPanel.whatLeftThisTab}
      hint={words.sentPanel.counted(isKept ? words.sentPanel.kept : words.sentPanel.notKept)}
    >
      <p style={{ margin: "0 0 4px" }}>{words.sentPanel.total(<strong>{formatBytes(bytes)}</strong>, messages)}</p>
      <div className="leaves" style={{ marginTop: 12 }}>
        <dl className="facts small">
          {sentGroups(entries).map(({ kind, count, bytes: size }) => (
            <Fragment key={kind}>
              <dt>{words.sentPanel.kinds[kind](count)}</dt>
              <dd>{formatBytes(size)}</dd>
            </Fragment>
          ))}
        </dl>
        {never ?? <p className="muted small">{words.sentPanel.noRows}</p>}
      </div>
      <Group gap="xs" mt="md">
        <Button size="xs" variant="default" onClick={() => setOpened(true)}>
          {words.sentPanel.lookInside}
        </Button>
        {clientId !== null && (
          <Button
            size="xs"
            variant="default"
            onClick={() => saveFile(ledgerFileOf(totals, { coordinator: coordinator.baseUrl, federationId, clientId }))}
          >
            {words.sentPanel.downloadTheList}
          </Button>
        )}
      </Group>
      <Modal opened={opened} onClose={() => setOpened(false)} title={words.sentPanel.whatLeftThisTab} size="xl">
        <SentTable entries={entries} />
      </Modal>
    </Panel>
  );
}

/** As many as are shown at once; the file has all of them. */
const SHOWN = 200;

function SentTable({ entries }: { readonly entries: readonly SentEntry[] }) {
  return (
    <Scroll label={words.sentPanel.messagesThatLeftThisTab}>
      <table className="plain cards">
        <thead>
          <tr>
            <th>{words.sentPanel.time}</th>
            <th>{words.sentPanel.message}</th>
            <th className="number">{words.sentPanel.size}</th>
            <th>{words.sentPanel.content}</th>
            <th>{words.sentPanel.madeFrom}</th>
          </tr>
        </thead>
        <tbody>
          {entries
            .slice(-SHOWN)
            .toReversed()
            .map((entry, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: an append-only list without ids, newest first
              <tr key={entries.length - index}>
                <td data-label={words.sentPanel.time}>{formatClock(entry.at)}</td>
                <td data-label={words.sentPanel.message}>
                  {sentName(entry.event)}
                  {entry.messages > 1 && <div className="muted small">{words.sentPanel.times(entry.messages)}</div>}
                </td>
                <td data-label={words.sentPanel.size} className="number">
                  {formatBytes(entry.bytes)}
                </td>
                <td data-label={words.sentPanel.content} className="wide">
                  {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so it must be reachable by keyboard */}
                  <pre className="payload" tabIndex={0}>
                    {entry.content}
                  </pre>
                </td>
                <td data-label={words.sentPanel.madeFrom} className="small wide">
                  {sentText(entry)}
                  <div className="muted" title={entry.sha256}>
                    {words.sentPanel.sha(entry.sha256.slice(0, 12))}
                  </div>
                </td>
              </tr>
            ))}
        </tbody>
      </table>
    </Scroll>
  );
}
