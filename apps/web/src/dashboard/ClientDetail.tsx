import { clusterName } from "@duet/lora-core/protocol/deviceKind";
import { isTold } from "@duet/lora-core/protocol/figures";
import { latestAccuracy } from "@duet/lora-core/protocol/meanAccuracy";
import type { AdapterKey } from "@duet/lora-core/protocol/metrics";
import type { ClientView, RoundView, Snapshot } from "@duet/lora-core/protocol/snapshot";
import { Button } from "@mantine/core";
import { IconPinnedOff } from "@tabler/icons-react";
import { Fragment, type RefObject } from "react";
import { usePlace } from "../hooks/usePlace.ts";
import { isChosen } from "../lib/adapters.ts";
import { untoldText } from "../lib/figuresWords.ts";
import { formatBytes, formatClock, formatDuration, formatFraction, formatLoss, formatRate } from "../lib/format.ts";
import { formatWhole } from "../lib/numbers.ts";
import { phasesText } from "../lib/phasesText.ts";
import { roundLabel } from "../lib/roundWords.ts";
import { tells, tellsTraffic } from "../lib/toldFigures.ts";
import { words as common } from "../lib/words.ts";
import { Panel } from "../ui/Panel.tsx";
import { Scroll } from "../ui/Scroll.tsx";
import { clientAggregationText } from "./aggregationView.ts";
import { ClientCharts } from "./ClientCharts.tsx";
import { peakMemory } from "./clientChartsView.ts";
import { costView } from "./costView.ts";
import { aloneAccuracy, gainOverAlone, learnedAccuracy, measuredRows, togetherAccuracy } from "./crowdView.ts";
import { FusionBars } from "./FusionBars.tsx";
import { formatGain } from "./headlineView.ts";
import { fusionRows } from "./metricsView.ts";
import { clientNote, eventText } from "./told/toldText.ts";
import { waitedIn } from "./waitedView.ts";
import { words } from "./words.ts";

interface ClientDetailProps {
  readonly snapshot: Snapshot;
  /** Of the button that closes it. */
  readonly closing: RefObject<HTMLButtonElement | null>;
}

/** Everything that is told of the one client that is pinned; nothing while none is. */
export function ClientDetail({ snapshot, closing }: ClientDetailProps) {
  const { client: pinned, look } = usePlace();
  const client = snapshot.clients.find(({ id }) => id === pinned);
  if (!client) return null;
  const weights = fusionRows({ ...snapshot, clients: [client] }).find(isChosen);
  return (
    <Panel
      title={client.name}
      aside={
        <Button
          ref={closing}
          size="compact-sm"
          variant="default"
          leftSection={<IconPinnedOff size={14} />}
          onClick={() => look({ client: null })}
        >
          {words.clientDetail.unpin}
        </Button>
      }
    >
      <dl className="facts narrow">
        {factsOf(client, snapshot)
          .filter(([, value]) => value !== UNKNOWN)
          .map(([name, value, adapter]) => (
            <Fragment key={name}>
              <dt className={adapter && `withDot ${adapter}`}>{name}</dt>
              <dd>{value}</dd>
            </Fragment>
          ))}
      </dl>
      {weights && (
        <div className="clientWeights">
          <span>{words.fusionPanel.formula}</span>
          <FusionBars {...weights} />
        </div>
      )}
      <ClientCharts client={client} snapshot={snapshot} />
      <ByRound client={client} snapshot={snapshot} />
      <Events client={client} snapshot={snapshot} />
    </Panel>
  );
}

/** What has no value yet is not listed. */
const UNKNOWN = "–";

/** Name, value, and whose accuracy it is. */
type Fact = readonly [string, string, AdapterKey?];

function factsOf(client: ClientView, { rounds, config }: Snapshot): readonly Fact[] {
  const { history, device, samples, progress, bytesUp, bytesDown, figures, lastSeenAt } = client;
  const noted = clientNote(client);
  const memory = peakMemory(client);
  const cluster = clusterName(device);
  const cost = costView(client);
  const [together, alone] = [togetherAccuracy(history), aloneAccuracy(history)];
  const gain = gainOverAlone(history);
  const missed = rounds.filter(
    ({ closedAt, participants, aggregated }) =>
      closedAt !== null && participants.includes(client.id) && !aggregated.includes(client.id),
  ).length;
  const figure = (value: string) => (tells(client) ? value : untoldText(figures));
  return [
    [words.clientDetail.base, figure(formatFraction(latestAccuracy(client).base)), "base"],
    [words.clientDetail.alone, figure(formatFraction(alone))],
    [words.clientDetail.together, figure(formatFraction(together)), "shared"],
    [words.clientDetail.overLearningAlone, figure(gain === null ? UNKNOWN : formatGain(gain))],
    [words.aggregation.title, figure(averagedText(client, config))],
    [words.clientDetail.measuredOn, figure(measuredText(client))],
    [words.clientDetail.rows, isTold(samples) ? formatWhole(samples.train + samples.fusion + samples.test) : untoldText(figures)],
    [
      words.clientDetail.backend,
      device
        ? [device.backend, ...(device.backend === "wasm" ? [common.counts.threads(device.threads)] : [])].join(
            common.listing.comma,
          )
        : untoldText(figures),
    ],
    ...(cluster === null ? [] : [[words.clientDetail.madeOf, cluster] as const]),
    ...(config.ranks ? [[words.clientDetail.ranks, figure(rankText(client, config))] as const] : []),
    [words.clientDetail.speed, progress && progress.tokensPerSecond > 0 ? formatRate(progress.tokensPerSecond) : UNKNOWN],
    [words.clientDetail.memory, memory === null ? UNKNOWN : words.clientDetail.atMost(formatBytes(memory))],
    ...waitFacts(rounds, client),
    [words.clientDetail.missed, common.counts.rounds(missed)],
    [
      words.clientDetail.sentReceived,
      tellsTraffic(client, config)
        ? words.clientDetail.sentAndReceived(formatBytes(bytesUp), formatBytes(bytesDown))
        : untoldText(figures),
    ],
    [words.clientDetail.lastSeen, formatClock(lastSeenAt)],
    ...(cost ? [[words.costView.energy, cost.energy] as const, [words.costView.computing, cost.busy] as const] : []),
    ...(noted ? [[words.clientDetail.note, noted] as const] : []),
  ];
}

const rankText = ({ rank }: ClientView, { adapter }: Snapshot["config"]): string =>
  words.clientDetail.ranksOf(rank ?? adapter.rank, adapter.rank);

/** For whom it waited and who for it; nothing before a round has closed. */
function waitFacts(rounds: readonly RoundView[], { id }: ClientView): readonly Fact[] {
  const waited = waitedIn(rounds, id);
  if (!waited) return [];
  const { forOthers, byOthers, share } = waited;
  return [
    [words.clientDetail.waited, words.clientDetail.waitedForAndBy(formatDuration(forOthers), formatDuration(byOthers))],
    ...(share < 1 ? [[words.clientDetail.work, words.clientDetail.shareOfSteps(Math.round(100 * share))] as const] : []),
  ];
}

/** What averaging made of what it had learned, in the newest round that tells. */
function averagedText(client: ClientView, { task }: Snapshot["config"]): string {
  const text =
    task.kind === "text"
      ? clientAggregationText(client, "testLoss", formatLoss)
      : clientAggregationText(client, "accuracy", formatFraction);
  return text ?? UNKNOWN;
}

/** Of how many test rows its accuracies are, in every round and at the end. */
function measuredText({ history }: ClientView): string {
  const rows = measuredRows(history);
  if (!rows) return UNKNOWN;
  const all = history.at(-1)?.metrics.testRows ?? rows;
  return all > rows ? words.clientDetail.measuredOnBoth(rows, all) : common.counts.testRows(rows);
}

function ByRound({ client: { history }, snapshot }: { readonly client: ClientView; readonly snapshot: Snapshot }) {
  if (history.length === 0) return null;
  const total = snapshot.config.budgets.rounds;
  return (
    <details>
      <summary>{words.clientDetail.everyRound}</summary>
      <Scroll label={words.clientDetail.roundsOfThisClient}>
        <table className="plain">
          <thead>
            <tr>
              <th>{words.clientDetail.round}</th>
              <th className="number">{words.clientDetail.accuracy}</th>
              <th className="number">{words.clientDetail.loss}</th>
              <th className="number">{words.clientDetail.time}</th>
              <th className="number">{words.clientDetail.speed}</th>
              <th>{words.clientDetail.whereTheTimeWent}</th>
              <th className="number">{words.clientDetail.memory}</th>
              <th className="number">{words.clientDetail.sent}</th>
              <th className="number">{words.clientDetail.received}</th>
              <th className="number">w₁, w₂</th>
            </tr>
          </thead>
          <tbody>
            {history.map(({ round, metrics, traffic }) => (
              <tr key={round}>
                <td>{roundLabel(round, total)}</td>
                <td className="number">{formatFraction(learnedAccuracy(metrics))}</td>
                <td className="number">{formatLoss(metrics.trainLoss)}</td>
                <td className="number">{metrics.trainSeconds > 0 ? formatDuration(metrics.trainSeconds) : "–"}</td>
                <td className="number">
                  {metrics.trainSeconds > 0 ? formatRate(metrics.trainTokens / metrics.trainSeconds) : "–"}
                </td>
                <td>{phasesText(metrics)}</td>
                <td className="number">{metrics.peakMemory === undefined ? "–" : formatBytes(metrics.peakMemory)}</td>
                <td className="number">{traffic ? formatBytes(traffic.up) : "–"}</td>
                <td className="number">{traffic ? formatBytes(traffic.down) : "–"}</td>
                <td className="number">
                  {metrics.fusion
                    ? [metrics.fusion.personal, metrics.fusion.shared].map(formatFraction).join(common.listing.comma)
                    : "–"}
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
      <summary>{words.clientDetail.events(own.length)}</summary>
      <ul className="plainList small">
        {own.toReversed().map((event) => (
          <li key={`${event.at} ${event.text}`}>
            <span className="muted">{formatClock(event.at)}</span> {eventText(event)}
          </li>
        ))}
      </ul>
    </details>
  );
}
