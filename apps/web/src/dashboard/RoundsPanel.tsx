import type { Snapshot } from "@duet/lora-core/protocol/snapshot";
import { IconCheck, IconClock, IconX } from "@tabler/icons-react";
import { Fill } from "../ui/Fill.tsx";
import { Panel } from "../ui/Panel.tsx";
import { Scroll } from "../ui/Scroll.tsx";
import { type LaneCell, timelineView } from "./timelineView.ts";

/** The adapter that a stage is about lends it its colour. */
const STAGE_COLORS = { local: "var(--personal)", federated: "var(--shared)", fusing: "var(--fused)" } as const;

const KEY = [
  { color: STAGE_COLORS.local, text: "learning alone" },
  { color: STAGE_COLORS.federated, text: "federated round" },
  { color: STAGE_COLORS.fusing, text: "fusing" },
] as const;

const RULE = "Every client works through every round. A cross marks a round that ended without the client.";

const ERROR_TEXT =
  "how far the shared adapter is from the mean of what the clients learned, relative to that mean; 0 % is exact. Averaging an adapter's two halves is not averaging adapters, and what the coordinator adds, such as momentum, counts too.";

/** Rounds as columns, one lane per client. */
export function RoundsPanel({ snapshot }: { readonly snapshot: Snapshot }) {
  const { columns, lanes, worstModule } = timelineView(snapshot);
  const isSecure = snapshot.config.aggregation === "secure";
  const hasErrors = columns.some(({ error }) => error !== null);
  if (lanes.length === 0) return null;
  return (
    <Panel title="Rounds" hint={[RULE, ...(hasErrors ? [`Averaging error: ${ERROR_TEXT} ${worstModule ?? ""}`] : [])].join(" ")}>
      <Scroll label="Rounds of every client">
        <table className="lanes" style={{ minWidth: 110 + 26 * columns.length }}>
          <thead>
            <tr>
              <th className="name" scope="col">
                <span className="visuallyHidden">Client</span>
              </th>
              {columns.map(({ round, label, title }) => (
                <th key={round} scope="col" title={title}>
                  {label}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {lanes.map(({ clientId, name, status, cells }) => (
              <tr key={clientId}>
                <th
                  scope="row"
                  title={status === "present" ? name : `${name}, ${status}`}
                  className={status === "left" ? "muted" : ""}
                >
                  {name}
                </th>
                {cells.map((cell) => (
                  <Cell key={cell.round} cell={cell} />
                ))}
              </tr>
            ))}
          </tbody>
          {hasErrors && (
            <tfoot>
              <tr className="small muted">
                <th scope="row">averaging error</th>
                {columns.map(({ round, error }) => (
                  <td key={round} className="number">
                    {error}
                  </td>
                ))}
              </tr>
            </tfoot>
          )}
        </table>
      </Scroll>
      <div className="key" aria-hidden="true">
        {KEY.map(({ color, text }) => (
          <span key={text}>
            <span className="swatch" style={{ background: color }} />
            {text}
          </span>
        ))}
        <span>
          <IconX size={12} style={{ verticalAlign: "-1px" }} /> missed
        </span>
        {isSecure && (
          <>
            <span>
              <IconCheck size={12} style={{ verticalAlign: "-1px" }} /> has answered, in a secure sum
            </span>
            <span>
              <IconClock size={12} style={{ verticalAlign: "-1px" }} /> has yet to
            </span>
          </>
        )}
      </div>
    </Panel>
  );
}

const ICONS: Partial<Readonly<Record<LaneCell["kind"], typeof IconX>>> = {
  missed: IconX,
  asked: IconClock,
  answered: IconCheck,
};

function Cell({ cell }: { readonly cell: LaneCell }) {
  const Icon = ICONS[cell.kind];
  return (
    <td style={{ padding: 0 }}>
      <div className={`lane ${cell.kind}`} title={cell.text}>
        <Fill share={cell.fraction} color={STAGE_COLORS[cell.stage]} />
        {Icon && <Icon size={14} aria-hidden="true" style={{ verticalAlign: "-3px", position: "relative" }} />}
        <span className="visuallyHidden">{cell.text}</span>
      </div>
    </td>
  );
}
