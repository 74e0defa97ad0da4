import { uploadSize } from "@duet/lora-core/federation/uploadSize";
import type { Snapshot } from "@duet/lora-core/protocol/snapshot";
import { formatBytes } from "../lib/format.ts";
import { Panel } from "../ui/Panel.tsx";

/** What travelled, and what a whole model would have been. */
export function NetworkPanel({ snapshot }: { readonly snapshot: Snapshot }) {
  const { config, adapterBytes, modelBytes, clients } = snapshot;
  const upload = uploadSize(config, 1);
  const up = clients.reduce((sum, { bytesUp }) => sum + bytesUp, 0);
  const down = clients.reduce((sum, { bytesDown }) => sum + bytesDown, 0);
  if (up + down === 0) return null;
  return (
    <Panel title="Network">
      <table className="plain">
        <tbody>
          <Figure name="Sent by all clients" value={formatBytes(up)} />
          <Figure name="Received by all clients" value={formatBytes(down)} />
          <Figure name="One shared adapter" value={formatBytes(adapterBytes)} />
          {upload > 0 && <Figure name="One upload of a client" value={formatBytes(upload)} />}
          <Figure name="The full model would have been" value={formatBytes(modelBytes)} />
        </tbody>
      </table>
    </Panel>
  );
}

function Figure({ name, value }: { readonly name: string; readonly value: string }) {
  return (
    <tr>
      <th scope="row">{name}</th>
      <td className="number">{value}</td>
    </tr>
  );
}
