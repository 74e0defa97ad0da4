import { latestAccuracy } from "@duet/lora-core/protocol/meanAccuracy";
import type { ClientView } from "@duet/lora-core/protocol/snapshot";
import { ADAPTERS } from "../lib/adapters.ts";
import { formatFraction } from "../lib/format.ts";
import { words } from "./words.ts";

/** A client's newest accuracies in one line, each with its adapter's mark. */
export function MiniAccuracy({ client }: { readonly client: ClientView }) {
  const latest = latestAccuracy(client);
  const known = ADAPTERS.filter(({ key }) => latest[key] !== null);
  if (known.length === 0) return <span className="muted">{words.miniAccuracy.afterARound}</span>;
  return (
    <span style={{ display: "inline-grid", gridTemplateColumns: "auto auto", gap: "0 12px" }}>
      {known.map(({ key, label, color }) => (
        <span key={key} title={label} style={{ whiteSpace: "nowrap" }}>
          <span className="swatch" style={{ background: color }} />
          <span className="visuallyHidden">{label} </span>
          {formatFraction(latest[key])}
        </span>
      ))}
    </span>
  );
}
