import type { Device } from "@duet/lora-core/protocol/metrics";
import type { Snapshot } from "@duet/lora-core/protocol/snapshot";
import { NOT_TOLD, tells } from "../lib/figuresWords.ts";
import { formatClock, plural } from "../lib/format.ts";
import { tightDevicesText, tightText } from "../lib/tightDevices.ts";
import { Panel } from "../ui/Panel.tsx";

const STATES = { present: "ready", away: "away, may come back", left: "left" } as const;

/** Everybody who has joined, with what each tells; and how many wait at the door. */
export function WhoIsHere({ snapshot }: { readonly snapshot: Snapshot }) {
  const { clients, waiting } = snapshot;
  const tight = tightDevicesText(snapshot);
  const door = waiting > 0 ? `${plural(waiting, "client")} to be let in: on the dashboard` : null;
  return (
    <Panel
      title="Who is here"
      aside={door}
      instead={clients.length === 0 ? "Nobody yet. Whoever opens the invite link and connects data stands here at once." : null}
    >
      <table className="plain cards">
        <thead>
          <tr>
            <th>Client</th>
            <th>Data</th>
            <th>Backend</th>
            <th>State</th>
            <th>Last seen</th>
          </tr>
        </thead>
        <tbody>
          {clients.map((client) => (
            <tr key={client.id}>
              <td data-label="Client">{client.name}</td>
              <td data-label="Data">
                {client.samples.train === null ? "not told" : plural(client.samples.train, "training row")}
              </td>
              <td data-label="Backend">
                {tells(client) && client.device ? backendText(client.device) : NOT_TOLD[client.figures]}
              </td>
              <td data-label="State">{STATES[client.status]}</td>
              <td data-label="Last seen">{formatClock(client.lastSeenAt)}</td>
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
  `${device.backend === "wasm" ? `wasm, ${plural(device.threads, "thread")}` : device.backend}${tightText(device)}`;
