import { formatNumber } from "../lib/numbers.ts";
import { words } from "../lib/words.ts";

/** Both fusion weights as bars from a common zero line; weights may be negative. */
export function FusionBars({ personal, shared }: { readonly personal: number; readonly shared: number }) {
  const scale = Math.max(1, Math.abs(personal), Math.abs(shared));
  return (
    <span style={{ display: "inline-grid", gridTemplateColumns: "72px auto", gap: "2px 8px", alignItems: "center" }}>
      <Bar name={words.adapterNames.personal} weight={personal / scale} color="var(--personal)" />
      <span>{formatNumber(personal, 2)}</span>
      <Bar name={words.adapterNames.shared} weight={shared / scale} color="var(--shared)" />
      <span>{formatNumber(shared, 2)}</span>
    </span>
  );
}

function Bar({ name, weight, color }: { readonly name: string; readonly weight: number; readonly color: string }) {
  const width = `${50 * Math.abs(weight)}%`;
  const side = weight >= 0 ? { left: "50%" } : { right: "50%" };
  return (
    <span className="track" style={{ height: 8 }}>
      <span className="visuallyHidden">{name}</span>
      <span style={{ position: "absolute", top: 0, bottom: 0, width, background: color, ...side }} />
      <span style={{ position: "absolute", top: 0, bottom: 0, left: "50%", width: 1, background: "var(--ink-3)" }} />
    </span>
  );
}
