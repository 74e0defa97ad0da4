import { clusterName } from "@duet/lora-core/protocol/deviceKind";
import { isTold } from "@duet/lora-core/protocol/figures";
import { latestAccuracy } from "@duet/lora-core/protocol/meanAccuracy";
import type { ClientView, Snapshot } from "@duet/lora-core/protocol/snapshot";
import { memo, useMemo } from "react";
import { useLanguage } from "../hooks/useLanguage.ts";
import { isChosen } from "../lib/adapters.ts";
import { words as federation } from "../lib/federation/words.ts";
import { tellersText, trafficText, untoldText } from "../lib/figuresWords.ts";
import { formatClock, formatLoss, formatRate } from "../lib/format.ts";
import { formatWhole } from "../lib/numbers.ts";
import { tells } from "../lib/toldFigures.ts";
import { Panel } from "../ui/Panel.tsx";
import { Scroll } from "../ui/Scroll.tsx";
import { type CrowdRow, crowdRows } from "./crowdView.ts";
import { FusionBars } from "./FusionBars.tsx";
import { gainText } from "./headlineView.ts";
import { MiniAccuracy } from "./MiniAccuracy.tsx";
import { updateText } from "./metricsView.ts";
import { answerOf } from "./privacy/secureSumView.ts";
import { ENDED } from "./progressView.ts";
import { saysAway } from "./saysAway.ts";
import { clientNote, deviceReason } from "./told/toldText.ts";
import type { OpenedDetail } from "./useClientDetail.ts";
import { words } from "./words.ts";

/** Columns that stay away until some client has something to say in them. */
interface Shown {
  readonly loss: boolean;
  readonly speed: boolean;
  readonly accuracy: boolean;
  readonly gain: boolean;
  readonly fusion: boolean;
  readonly update: boolean;
}

export interface ClientTableProps {
  readonly snapshot: Snapshot;
  readonly onOpen: OpenedDetail["open"];
}

/** Everyone, one row each; cards on a phone. */
export const ClientTable = memo(function ClientTable({ snapshot, onOpen }: ClientTableProps) {
  useLanguage();
  const { clients } = snapshot;
  const tellers = tellersText(snapshot);
  const compared = useMemo(() => new Map(crowdRows(snapshot).map((row) => [row.id, row])), [snapshot]);
  if (clients.length === 0) return null;
  const shown: Shown = {
    loss: clients.some((client) => lossOf(client) !== null),
    speed: clients.some(({ progress }) => progress !== null && progress.tokensPerSecond > 0),
    accuracy: clients.some((client) => Object.values(latestAccuracy(client)).some((value) => value !== null)),
    gain: [...compared.values()].some(({ gain }) => gain !== null),
    fusion: clients.some((client) => {
      const fusion = fusionOf(client);
      return fusion !== null && isChosen(fusion);
    }),
    update: clients.some((client) => updateText(client) !== null),
  };
  return (
    <Panel title={words.clientTable.clients} hint={words.clientTable.hint} aside={tellers}>
      <Scroll label={words.clientTable.tableOfClients}>
        <table className="plain cards">
          <thead>
            <tr>
              <th>{words.clientTable.client}</th>
              <th>{words.clientTable.device}</th>
              <th className="number">{words.clientTable.rows}</th>
              {shown.loss && <th className="number">{words.clientTable.loss}</th>}
              {shown.speed && <th className="number">{words.clientTable.speed}</th>}
              {shown.accuracy && <th>{words.clientTable.accuracy}</th>}
              {shown.gain && (
                <th className="number" title={words.clientTable.gainHint}>
                  {words.clientTable.gain}
                </th>
              )}
              {shown.fusion && <th>{words.clientTable.fusionWeights}</th>}
              {shown.update && <th title={words.clientTable.updateHint}>{words.clientTable.update}</th>}
              <th className="number">{words.clientTable.sent}</th>
              <th className="number">{words.clientTable.received}</th>
              <th className="number">{words.clientTable.lastSeen}</th>
            </tr>
          </thead>
          <tbody>
            {clients.map((client) => (
              <Row
                key={client.id}
                {...{ client, shown, onOpen }}
                isOver={ENDED.has(snapshot.phase)}
                compared={compared.get(client.id)}
                config={snapshot.config}
                answer={answerOf(snapshot, client.id)}
              />
            ))}
          </tbody>
        </table>
      </Scroll>
    </Panel>
  );
});

/** While it trains, and after its newest round; null before the first step. */
const lossOf = ({ progress, history }: ClientView): number | null =>
  progress?.loss ?? history.findLast(({ metrics }) => metrics.trainLoss !== null)?.metrics.trainLoss ?? null;

const fusionOf = ({ history }: ClientView) => history.findLast(({ metrics }) => metrics.fusion !== null)?.metrics.fusion ?? null;

interface RowProps {
  readonly client: ClientView;
  /** The federation, however it ended. */
  readonly isOver: boolean;
  /** With learning alone. */
  readonly compared: CrowdRow | undefined;
  readonly shown: Shown;
  readonly config: Snapshot["config"];
  readonly answer: ReturnType<typeof answerOf>;
  readonly onOpen: OpenedDetail["open"];
}

function Row({ client, isOver, compared, shown, config, answer, onOpen }: RowProps) {
  const { name, figures, device, samples, status, progress } = client;
  const fusion = fusionOf(client);
  const cluster = clusterName(device);
  const noted = clientNote(client);
  const notTold = tells(client) ? null : <span className="muted">{untoldText(figures)}</span>;
  // Once it is over, who closed their tab is nobody to wait for.
  const isMissed = !isOver || status === "left";
  const standing = [
    // Why it is not here says that it is not.
    ...(isMissed && (status === "present" || !saysAway(client)) ? [words.clientTable.statuses[status]] : []),
    ...(answer ? [words.clientTable.answers[answer]] : []),
    ...(noted === null || (!isMissed && saysAway(client)) ? [] : [noted]),
  ];
  return (
    <tr>
      <td data-label={words.clientTable.client}>
        <button type="button" className="asLink" onClick={({ currentTarget }) => onOpen(client.id, currentTarget)}>
          {name}
        </button>
        <div className="muted small">{standing.join(" · ")}</div>
      </td>
      <td data-label={words.clientTable.device} title={device ? deviceReason(device) : undefined}>
        {device?.backend ?? notTold}
        {device?.backend === "wasm" && ` × ${device.threads}`}
        {cluster !== null && <div className="muted small">{cluster}</div>}
        {device?.backend === "webgpu" && cluster === null && <div className="muted small">{device.description}</div>}
        {device?.isTight && <div className="muted small">{federation.tightDevices.tight}</div>}
      </td>
      <td data-label={words.clientTable.rows} className="number">
        {isTold(samples) ? formatWhole(samples.train + samples.fusion + samples.test) : "–"}
      </td>
      {shown.loss && (
        <td data-label={words.clientTable.loss} className="number">
          {formatLoss(lossOf(client))}
        </td>
      )}
      {shown.speed && (
        <td data-label={words.clientTable.speed} className="number">
          {progress && progress.tokensPerSecond > 0 ? formatRate(progress.tokensPerSecond) : "–"}
        </td>
      )}
      {shown.accuracy && (
        <td data-label={words.clientTable.accuracy} className="wide">
          {notTold ?? <MiniAccuracy client={client} />}
        </td>
      )}
      {shown.gain && (
        <td data-label={words.clientTable.gain} className="number" title={words.clientTable.gainHint}>
          {compared ? gainText(compared) : "–"}
        </td>
      )}
      {shown.fusion && (
        <td data-label={words.clientTable.fusionWeights} className="wide">
          {fusion ? <FusionBars {...fusion} /> : (notTold ?? <span className="muted">{words.clientTable.atTheEnd}</span>)}
        </td>
      )}
      {shown.update && (
        <td data-label={words.clientTable.update} className="small" title={words.clientTable.updateHint}>
          {updateText(client) ?? "–"}
        </td>
      )}
      <td data-label={words.clientTable.sent} className="number">
        {trafficText([client], config, ({ bytesUp }) => bytesUp)}
      </td>
      <td data-label={words.clientTable.received} className="number">
        {trafficText([client], config, ({ bytesDown }) => bytesDown)}
      </td>
      <td data-label={words.clientTable.lastSeen} className="number">
        {formatClock(client.lastSeenAt)}
      </td>
    </tr>
  );
}
