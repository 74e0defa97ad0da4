import type { SentMessage } from "@duet/client/sentLedger";
import { Button, Modal } from "@mantine/core";
import { useState } from "react";
import { useServices } from "../hooks/ServicesContext.tsx";
import { useStore } from "../hooks/useStore.ts";
import { formatBytes, formatClock, plural } from "../lib/format.ts";
import { Panel } from "../ui/Panel.tsx";
import { Scroll } from "../ui/Scroll.tsx";

/** Everything this tab has sent, countable and readable. */
export function SentPanel() {
  const { bytes, messages, recent } = useStore(useServices().ledger);
  const [opened, setOpened] = useState(false);
  return (
    <Panel
      title="What left this tab"
      hint="Counted where the tab sends, since the page was opened. Your rows are in none of these messages."
    >
      <p style={{ margin: "0 0 4px" }}>
        <strong>{formatBytes(bytes)}</strong> in {plural(messages, "message")}
      </p>
      <p className="muted small" style={{ margin: "0 0 12px" }}>
        rows, tokens and prompts: none
      </p>
      <Button size="xs" variant="default" onClick={() => setOpened(true)}>
        Look inside
      </Button>
      <Modal opened={opened} onClose={() => setOpened(false)} title="What left this tab" size="xl">
        <SentTable recent={recent} />
      </Modal>
    </Panel>
  );
}

function SentTable({ recent }: { readonly recent: readonly SentMessage[] }) {
  return (
    <Scroll label="Messages that left this tab">
      <table className="plain">
        <thead>
          <tr>
            <th>Time</th>
            <th>Message</th>
            <th className="number">Size</th>
            <th>Content</th>
          </tr>
        </thead>
        <tbody>
          {recent.toReversed().map((message, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: an append-only list without ids, newest first
            <tr key={recent.length - index}>
              <td>{formatClock(message.at)}</td>
              <td>{message.event}</td>
              <td className="number">{formatBytes(message.bytes)}</td>
              <td>
                {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so it must be reachable by keyboard */}
                <pre className="payload" tabIndex={0}>
                  {message.content}
                </pre>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}
