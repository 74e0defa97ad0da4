import type { Task } from "@duet/lora-core/data/task";
import { say } from "@duet/lora-core/sayings/saying";
import { accuracySpread } from "../lib/certainty.ts";
import { formatCount, formatFraction } from "../lib/format.ts";
import { words as common } from "../lib/words.ts";
import { Scroll } from "../ui/Scroll.tsx";
import { Term } from "../ui/Term.tsx";
import type { ConnectedData, RejectedSummary } from "../worker/tabEngine.ts";
import { LabelBalanceChart } from "./LabelBalanceChart.tsx";
import type { OthersRows } from "./labelBalance.ts";
import { RejectedFile } from "./RejectedFile.tsx";
import { words } from "./words.ts";

/** On fewer an accuracy of a half is known to no better than a sixth. */
const FEW_TEST_ROWS = 30;

export interface DataReportProps {
  /** Null where the rows are of no file. */
  readonly fileName: string | null;
  readonly data: ConnectedData;
  readonly task: Task;
  readonly others: OthersRows | null;
}

/** What will be used, what not and why, and how the labels are spread. */
export function DataReport({ fileName, data, task, others }: DataReportProps) {
  const { parts, rowCount, rejected } = data;
  return (
    <>
      <p className="lead" style={{ margin: "0 0 8px", color: "var(--ink)" }}>
        {words.dataReport.parts(<strong>{common.counts.rows(rowCount)}</strong>, parts, (text) => (
          <Term term="test rows">{text}</Term>
        ))}
      </p>
      <div className="stageBar" aria-hidden="true" style={{ marginBottom: 8 }}>
        {([parts.train, parts.fusion, parts.test] as const).map((count, part) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the part is what it is
          <span key={part} style={{ flexGrow: count, background: "var(--data)", opacity: 1 - 0.3 * part }} />
        ))}
      </div>
      <p className="muted small" style={{ margin: "0 0 14px" }}>
        {words.dataReport.spread}
      </p>
      {task.kind === "label" && parts.test < FEW_TEST_ROWS && (
        <p className="small" style={{ margin: "0 0 14px" }}>
          {words.dataReport.few(parts.test, formatFraction(accuracySpread(parts.test)))}
        </p>
      )}
      {task.kind === "label" && <LabelBalanceChart data={data} labels={task.labels} others={others} />}
      <Respelled data={data} />
      <LeftOut rejected={rejected} />
      {rejected.count > 0 && (
        <details className="small">
          <summary>{words.dataReport.firstLines}</summary>
          <Scroll label={words.dataReport.notUsedAndWhy} style={{ maxHeight: 220, overflow: "auto" }}>
            <table className="plain" aria-label={words.dataReport.linesNotUsed}>
              <tbody>
                {rejected.first.map(({ line, reason }) => (
                  <tr key={line}>
                    <th scope="row">{words.dataReport.line(line)}</th>
                    <td>{say(words.data, reason)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </Scroll>
          {rejected.count > rejected.first.length && (
            <p className="muted">{words.dataReport.andMore(rejected.count - rejected.first.length)}</p>
          )}
        </details>
      )}
      {rejected.count > 0 && fileName !== null && <RejectedFile fileName={fileName} />}
    </>
  );
}

const LINES_NAMED = 5;

/** What is not used and why, most lines first: in plain sight, since it may be most of a file. */
function LeftOut({ rejected: { count, reasons } }: { readonly rejected: RejectedSummary }) {
  if (count === 0) return null;
  const named = reasons.reduce((sum, group) => sum + group.count, 0);
  return (
    <>
      <h3 style={{ marginTop: 16 }}>{words.dataReport.notUsed(count)}</h3>
      <Scroll label={words.dataReport.whyNotUsed}>
        <table className="plain" aria-label={words.dataReport.whyNotUsed}>
          <thead>
            <tr>
              <th className="number">{words.dataReport.lines}</th>
              <th>{words.dataReport.why}</th>
              <th>{words.dataReport.where}</th>
            </tr>
          </thead>
          <tbody>
            {reasons.map(({ reason, count: lines, lines: first }) => (
              <tr key={say(words.data, reason)}>
                <td className="number">{formatCount(lines)}</td>
                <td>{say(words.data, reason)}</td>
                <td className="muted">
                  {first.slice(0, LINES_NAMED).join(common.listing.comma)}
                  {lines > LINES_NAMED && ` ${words.dataReport.andMore(lines - LINES_NAMED)}`}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
      {named < count && <p className="muted small">{words.dataReport.otherReasons(count - named)}</p>}
    </>
  );
}

const SPELLINGS_SHOWN = 6;

function Respelled({ data: { respelled } }: { readonly data: ConnectedData }) {
  if (respelled.length === 0) return null;
  const shown = respelled
    .slice(0, SPELLINGS_SHOWN)
    .map(({ spelling, label, count }) => words.dataReport.respelled(count, spelling, label));
  const listed = shown.join(common.listing.comma);
  const more = respelled.length - shown.length;
  return (
    <p className="small" style={{ margin: "12px 0 0" }}>
      {words.dataReport.otherSpelling(more > 0 ? words.dataReport.and(listed, more) : listed)}
    </p>
  );
}
