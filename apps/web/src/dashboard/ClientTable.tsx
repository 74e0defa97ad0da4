import { isTold } from "@duet/lora-core/protocol/figures";
import type { ClientView, Snapshot } from "@duet/lora-core/protocol/snapshot";
import { NOT_TOLD, tellersText, tells } from "../lib/figuresWords.ts";
import { formatBytes, formatLoss, formatRate } from "../lib/format.ts";
import { TIGHT } from "../lib/tightDevices.ts";
import { Panel } from "../ui/Panel.tsx";
import { pinnedClient } from "../ui/pinnedClient.ts";
import { Scroll } from "../ui/Scroll.tsx";
import { FusionBars } from "./FusionBars.tsx";
import { MiniAccuracy } from "./MiniAccuracy.tsx";
import { updateText } from "./metricsView.ts";
import { answerOf } from "./secureSumView.ts";

const STATUS_WORDS = { present: "here", away: "away, may come back", left: "left" } as const;

const UPDATE_TEXT =
  "The size of the newest update, and how far it points where the others' do: 1 the same way, 0 across, below 0 against them.";

/** Everyone, one row each; cards on a phone. */
export function ClientTable({ snapshot }: { readonly snapshot: Snapshot }) {
  const { clients } = snapshot;
  const tellers = tellersText(snapshot);
  if (clients.length === 0) return null;
  return (
    <Panel
      title="Clients"
      hint="Rows, tokens and prompts are not here: a client reports counts and figures only, to whom it chooses."
      aside={tellers}
    >
      <Scroll label="Table of clients">
        <table className="plain cards">
          <thead>
            <tr>
              <th>Client</th>
              <th>Device</th>
              <th className="number">Rows</th>
              <th className="number">Loss</th>
              <th className="number">Speed</th>
              <th>Accuracy</th>
              <th>Fusion weights</th>
              <th title={UPDATE_TEXT}>Update</th>
              <th className="number">Sent</th>
              <th className="number">Received</th>
            </tr>
          </thead>
          <tbody>
            {clients.map((client) => (
              <Row key={client.id} client={client} answer={answerOf(snapshot, client.id)} />
            ))}
          </tbody>
        </table>
      </Scroll>
    </Panel>
  );
}

/** In the step of the secure sum that is under way. */
const ANSWER_WORDS = { answered: "has answered", asked: "has yet to answer" } as const;

interface RowProps {
  readonly client: ClientView;
  readonly answer: ReturnType<typeof answerOf>;
}

function Row({ client, answer }: RowProps) {
  const { name, figures, device, samples, status, note, progress, history, bytesUp, bytesDown } = client;
  const loss = progress?.loss ?? history.findLast(({ metrics }) => metrics.trainLoss !== null)?.metrics.trainLoss ?? null;
  const fusion = history.findLast(({ metrics }) => metrics.fusion !== null)?.metrics.fusion ?? null;
  const notTold = tells(client) ? null : <span className="muted">{NOT_TOLD[figures]}</span>;
  return (
    <tr>
      <td data-label="Client">
        <button type="button" className="asLink" onClick={() => pinnedClient.set(client.id)}>
          {name}
        </button>
        <div className="muted small">
          {STATUS_WORDS[status]}
          {answer && ` · ${ANSWER_WORDS[answer]}`}
          {note && note !== STATUS_WORDS[status] && ` · ${note}`}
        </div>
      </td>
      <td data-label="Device" title={device?.reason}>
        {device?.backend ?? notTold}
        {device?.backend === "wasm" && ` × ${device.threads}`}
        {device?.backend === "webgpu" && <div className="muted small">{device.description}</div>}
        {device?.isTight && <div className="muted small">{TIGHT}</div>}
      </td>
      <td data-label="Rows" className="number">
        {isTold(samples) ? samples.train + samples.fusion + samples.test : "–"}
      </td>
      <td data-label="Loss" className="number">
        {formatLoss(loss)}
      </td>
      <td data-label="Speed" className="number">
        {progress && progress.tokensPerSecond > 0 ? formatRate(progress.tokensPerSecond) : "–"}
      </td>
      <td data-label="Accuracy" className="wide">
        {notTold ?? <MiniAccuracy client={client} />}
      </td>
      <td data-label="Fusion weights" className="wide">
        {fusion ? <FusionBars {...fusion} /> : (notTold ?? <span className="muted">at the end</span>)}
      </td>
      <td data-label="Update" className="small" title={UPDATE_TEXT}>
        {updateText(client) ?? "–"}
      </td>
      <td data-label="Sent" className="number">
        {formatBytes(bytesUp)}
      </td>
      <td data-label="Received" className="number">
        {formatBytes(bytesDown)}
      </td>
    </tr>
  );
}
