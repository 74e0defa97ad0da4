import type { Snapshot } from "@duet/lora-core/protocol/snapshot";
import { memo } from "react";
import { useLanguage } from "../hooks/useLanguage.ts";
import { trafficText } from "../lib/figuresWords.ts";
import { formatBytes } from "../lib/format.ts";
import { tellsTraffic } from "../lib/toldFigures.ts";
import { Panel } from "../ui/Panel.tsx";
import { federationCostView } from "./costView.ts";
import { roundTraffic } from "./networkView.ts";
import { words } from "./words.ts";

/** What travelled, and what a whole model would have been. */
export const NetworkPanel = memo(function NetworkPanel({ snapshot }: { readonly snapshot: Snapshot }) {
  useLanguage();
  const { config, modelBytes, clients } = snapshot;
  const round = roundTraffic(snapshot);
  const cost = federationCostView(clients);
  if (clients.every((client) => tellsTraffic(client, config) && client.bytesUp + client.bytesDown === 0)) return null;
  return (
    <Panel title={words.networkPanel.network}>
      <table className="plain">
        <tbody>
          <Figure name={words.networkPanel.sentByAllClients} value={trafficText(clients, config, ({ bytesUp }) => bytesUp)} />
          <Figure
            name={words.networkPanel.receivedByAllClients}
            value={trafficText(clients, config, ({ bytesDown }) => bytesDown)}
          />
          {round && (
            <>
              <Figure name={words.networkPanel.clientSends} value={formatBytes(round.sent)} />
              <Figure name={words.networkPanel.clientReceives} value={formatBytes(round.received)} />
              <Figure name={words.networkPanel.allInARound(round.clients)} value={formatBytes(round.all)} />
            </>
          )}
          <Figure name={words.networkPanel.theFullModelWouldHave} value={formatBytes(modelBytes)} />
          {cost && (
            <>
              <Figure name={words.costView.tokensOf(cost.of)} value={cost.tokens} />
              <Figure name={words.costView.computing} value={cost.busy} />
              <Figure name={words.costView.energy} value={cost.energy} />
            </>
          )}
        </tbody>
      </table>
      {cost && <p className="muted small">{words.costView.assumptions}</p>}
    </Panel>
  );
});

function Figure({ name, value }: { readonly name: string; readonly value: string }) {
  return (
    <tr>
      <th scope="row">{name}</th>
      <td className="number">{value}</td>
    </tr>
  );
}
