import type { Device } from "@duet/lora-core/protocol/metrics";
import type { Snapshot } from "@duet/lora-core/protocol/snapshot";
import { untoldText } from "../lib/figuresWords.ts";
import { formatClock } from "../lib/format.ts";
import { tightDevicesText, tightText } from "../lib/tightDevices.ts";
import { tells } from "../lib/toldFigures.ts";
import { words as common } from "../lib/words.ts";
import { Panel } from "../ui/Panel.tsx";
import { words } from "./words.ts";

/** Everybody who has joined, with what each tells. */
export function WhoIsHere({ snapshot }: { readonly snapshot: Snapshot }) {
  const { clients, joining } = snapshot;
  const tight = tightDevicesText(snapshot);
  return (
    <Panel title={words.whoIsHere.whoIsHere} instead={clients.length === 0 ? words.whoIsHere.nobodyYet[joining] : null}>
      <table className="plain cards">
        <thead>
          <tr>
            <th>{words.whoIsHere.client}</th>
            <th>{words.whoIsHere.data}</th>
            <th>{words.whoIsHere.backend}</th>
            <th>{words.whoIsHere.state}</th>
            <th>{words.whoIsHere.lastSeen}</th>
          </tr>
        </thead>
        <tbody>
          {clients.map((client) => (
            <tr key={client.id}>
              <td data-label={words.whoIsHere.client}>{client.name}</td>
              <td data-label={words.whoIsHere.data}>
                {client.samples.train === null ? words.whoIsHere.notTold : words.whoIsHere.trainingRows(client.samples.train)}
              </td>
              <td data-label={words.whoIsHere.backend}>
                {tells(client) && client.device ? backendText(client.device) : untoldText(client.figures)}
              </td>
              <td data-label={words.whoIsHere.state}>{words.whoIsHere.statuses[client.status]}</td>
              <td data-label={words.whoIsHere.lastSeen}>{formatClock(client.lastSeenAt)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {tight && (
        <p className="small" role="status">
          {tight}
        </p>
      )}
    </Panel>
  );
}

const backendText = (device: Device): string =>
  [device.backend, ...(device.backend === "wasm" ? [common.counts.threads(device.threads)] : [])].join(common.listing.comma) +
  tightText(device);
