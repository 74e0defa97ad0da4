import { isTold } from "@duet/lora-core/protocol/figures";
import type { ClientView, RoundView, Snapshot } from "@duet/lora-core/protocol/snapshot";
import { Button } from "@mantine/core";
import { IconPinnedOff } from "@tabler/icons-react";
import { useStore } from "../hooks/useStore.ts";
import { NOT_TOLD, tells } from "../lib/figuresWords.ts";
import { formatBytes, formatClock, formatDuration, formatFraction, formatLoss, formatRate, plural } from "../lib/format.ts";
import { phasesText } from "../lib/phasesText.ts";
import { roundLabel } from "../lib/roundWords.ts";
import { Panel } from "../ui/Panel.tsx";
import { pinnedClient } from "../ui/pinnedClient.ts";
import { Scroll } from "../ui/Scroll.tsx";
import { aloneAccuracy, learnedAccuracy, measuredRows } from "./crowdView.ts";
import { formatGain } from "./headlineView.ts";

/** Everything that is told of the one client that is pinned; nothing while none is. */
export function ClientDetail({ snapshot }: { readonly snapshot: Snapshot }) {
  const pinned = useStore(pinnedClient);
  const client = snapshot.clients.find(({ id }) => id === pinned);
  if (!client) return null;
  return (
    <Panel
      title={client.name}
      aside={
        <Button
          size="compact-sm"
          variant="default"
          leftSection={<IconPinnedOff size={14} />}
          onClick={() => pinnedClient.set(null)}
        >
          Unpin
        </Button>
      }
    >
      <dl className="facts">
        {factsOf(client, snapshot.rounds).map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <ByRound client={client} snapshot={snapshot} />
      <Events client={client} snapshot={snapshot} />
    </Panel>
  );
}

function factsOf(client: ClientView, rounds: readonly RoundView[]): readonly (readonly [string, string])[] {
  const { history, device, samples, progress, bytesUp, bytesDown, figures, note, lastSeenAt } = client;
  const newest = history.findLast(({ metrics }) => learnedAccuracy(metrics) !== null);
  const [together, alone] = [newest ? learnedAccuracy(newest.metrics) : null, aloneAccuracy(history)];
  const gain = together === null || alone === null ? null : together - alone;
  const missed = rounds.filter(
    ({ closedAt, participants, aggregated }) =>
      closedAt !== null && participants.includes(client.id) && !aggregated.includes(client.id),
  ).length;
  const figure = (value: string) => (tells(client) ? value : NOT_TOLD[figures]);
  return [
    ["Together", figure(formatFraction(together))],
    ["Alone", figure(formatFraction(alone))],
    ["Over learning alone", figure(gain === null ? "–" : formatGain(gain))],
    ["Measured on", figure(measuredText(client))],
    ["Rows", isTold(samples) ? String(samples.train + samples.fusion + samples.test) : NOT_TOLD[figures]],
    [
      "Backend",
      device ? `${device.backend}${device.backend === "wasm" ? `, ${plural(device.threads, "thread")}` : ""}` : NOT_TOLD[figures],
    ],
    ["Speed", progress && progress.tokensPerSecond > 0 ? formatRate(progress.tokensPerSecond) : "–"],
    ["Missed", plural(missed, "round")],
    ["Sent, received", `${formatBytes(bytesUp)}, ${formatBytes(bytesDown)}`],
    ["Last seen", formatClock(lastSeenAt)],
    ...(note ? [["Note", note] as const] : []),
  ];
}

/** Of how many test rows its accuracies are, in every round and at the end. */
function measuredText({ history }: ClientView): string {
  const rows = measuredRows(history);
  if (!rows) return "–";
  const all = history.at(-1)?.metrics.testRows ?? rows;
  return `${plural(rows, "test row")}${all > rows ? `, ${all} at the end` : ""}`;
}

/** Of its history. What a browser's memory takes is told by no client, and bytes are counted over all rounds. */
function ByRound({ client: { history }, snapshot }: { readonly client: ClientView; readonly snapshot: Snapshot }) {
  if (history.length === 0) return null;
  const total = snapshot.config.budgets.rounds;
  return (
    <details>
      <summary>Every round</summary>
      <Scroll label="Rounds of this client">
        <table className="plain">
          <thead>
            <tr>
              <th>Round</th>
              <th className="number">Accuracy</th>
              <th className="number">Loss</th>
              <th className="number">Time</th>
              <th className="number">Speed</th>
              <th>Where the time went</th>
              <th className="number">w₁, w₂</th>
            </tr>
          </thead>
          <tbody>
            {history.map(({ round, metrics }) => (
              <tr key={round}>
                <td>{roundLabel(round, total)}</td>
                <td className="number">{formatFraction(learnedAccuracy(metrics))}</td>
                <td className="number">{formatLoss(metrics.trainLoss)}</td>
                <td className="number">{metrics.trainSeconds > 0 ? formatDuration(metrics.trainSeconds) : "–"}</td>
                <td className="number">
                  {metrics.trainSeconds > 0 ? formatRate(metrics.trainTokens / metrics.trainSeconds) : "–"}
                </td>
                <td>{phasesText(metrics)}</td>
                <td className="number">
                  {metrics.fusion ? `${formatFraction(metrics.fusion.personal)}, ${formatFraction(metrics.fusion.shared)}` : "–"}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
    </details>
  );
}

function Events({ client, snapshot }: { readonly client: ClientView; readonly snapshot: Snapshot }) {
  const own = snapshot.events.filter(({ clientId }) => clientId === client.id);
  if (own.length === 0) return null;
  return (
    <details>
      <summary>{plural(own.length, "event")}</summary>
      <ul className="plainList small">
        {own.toReversed().map(({ at, text }) => (
          <li key={`${at} ${text}`}>
            <span className="muted">{formatClock(at)}</span> {text}
          </li>
        ))}
      </ul>
    </details>
  );
}
