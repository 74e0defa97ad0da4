import type { Task } from "@duet/lora-core/data/task";
import { plural } from "../lib/format.ts";
import { Fill } from "../ui/Fill.tsx";
import { Scroll } from "../ui/Scroll.tsx";
import type { ConnectedData } from "../worker/tabEngine.ts";

const LABELS_SHOWN = 12;

export interface DataReportProps {
  readonly data: ConnectedData;
  readonly task: Task;
}

/** What will be used, what not and why, and how the labels are spread. */
export function DataReport({ data, task }: DataReportProps) {
  const { parts, rowCount, rejected } = data;
  return (
    <>
      <p style={{ margin: "0 0 4px" }}>
        <strong>{plural(rowCount, "row")}</strong>: {parts.train} to train, {parts.fusion} to find the fusion, {parts.test} only
        to test.
      </p>
      <p className="muted small" style={{ margin: "0 0 14px" }}>
        Labels are spread evenly over the three parts; texts that are nearly the same stay together.
      </p>
      {task.kind === "label" && <Balance data={data} labels={task.labels} />}
      <Respelled data={data} />
      {rejected.count > 0 && (
        <p style={{ margin: "12px 0 4px" }}>
          <strong>{plural(rejected.count, "line")} not used:</strong>{" "}
          {rejected.reasons.map(({ reason, count }) => `${count} × ${reason}`).join("; ")}
          {rejected.reasons.reduce((sum, { count }) => sum + count, 0) < rejected.count && "; and others"}.
        </p>
      )}
      {rejected.count > 0 && (
        <details className="small">
          <summary>The first of these lines</summary>
          <Scroll label="Lines not used, and why" style={{ maxHeight: 220, overflow: "auto" }}>
            <table className="plain" aria-label="Lines not used">
              <tbody>
                {rejected.first.map(({ line, reason }) => (
                  <tr key={`${line} ${reason}`}>
                    <th scope="row">line {line}</th>
                    <td>{reason}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </Scroll>
          {rejected.count > rejected.first.length && <p className="muted">and {rejected.count - rejected.first.length} more</p>}
        </details>
      )}
    </>
  );
}

const SPELLINGS_SHOWN = 6;

function Respelled({ data: { respelled } }: { readonly data: ConnectedData }) {
  if (respelled.length === 0) return null;
  const shown = respelled.slice(0, SPELLINGS_SHOWN).map(({ spelling, label, count }) => `${count} × “${spelling}” as “${label}”`);
  const more = respelled.length - shown.length;
  return (
    <p className="small" style={{ margin: "12px 0 0" }}>
      Labels read in another spelling: {shown.join(", ")}
      {more > 0 && ` and ${plural(more, "more spelling")}`}.
    </p>
  );
}

function Balance({ data, labels }: { readonly data: ConnectedData; readonly labels: readonly string[] }) {
  const largest = Math.max(1, ...data.balance.map(({ count }) => count));
  const missing = labels.length - data.balance.length;
  const hidden = data.balance.length - LABELS_SHOWN;
  return (
    // biome-ignore lint/a11y/useSemanticElements: a group of figures, not form fields
    <div className="bars small" role="group" aria-label="Rows per label">
      {data.balance.slice(0, LABELS_SHOWN).map(({ label, count }) => (
        <BalanceBar key={label} label={label} count={count} share={count / largest} />
      ))}
      {(hidden > 0 || missing > 0) && (
        <span className="muted" style={{ gridColumn: "1 / -1" }}>
          {hidden > 0 && `${plural(hidden, "more label")}. `}
          {missing > 0 && `${plural(missing, "label")} of the federation not in your data, which is fine.`}
        </span>
      )}
    </div>
  );
}

function BalanceBar({ label, count, share }: { readonly label: string; readonly count: number; readonly share: number }) {
  return (
    <>
      <span style={{ maxWidth: 220, overflow: "hidden", textOverflow: "ellipsis", whiteSpace: "nowrap" }} title={label}>
        {label}
      </span>
      <div className="track" style={{ height: 8 }} aria-hidden="true">
        <Fill share={share} color="var(--ink-3)" />
      </div>
      <span className="number">{count}</span>
    </>
  );
}
