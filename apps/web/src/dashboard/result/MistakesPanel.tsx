import type { AnswerEngine, MistakenRow } from "@duet/lora-core/contract/answering";
import type { Confusion } from "@duet/lora-core/data/classificationMetrics";
import { IconLock } from "@tabler/icons-react";
import { Fragment, memo, useState } from "react";
import { useLanguage } from "../../hooks/useLanguage.ts";
import { useTask } from "../../hooks/useTask.ts";
import { FailureAlert } from "../../ui/FailureAlert.tsx";
import { Fill } from "../../ui/Fill.tsx";
import { Panel } from "../../ui/Panel.tsx";
import { Scroll } from "../../ui/Scroll.tsx";
import { examplesOf, type Mistake, mistakesView } from "./mistakes.ts";
import { words } from "./words.ts";

const SHOWN = 5;

export interface MistakesPanelProps {
  /** Null until the adapters are fused. */
  readonly confusion: Confusion | null;
  /** Of the personal adapter alone; null where it was not measured. */
  readonly personal: Confusion | null;
  readonly labels: readonly string[];
  /** Where the rows are: they are asked for once somebody wants to see one. */
  readonly engine: Pick<AnswerEngine, "mistakenRows">;
}

/** What the fused adapter takes for what, on this tab's own test rows, and which rows those are. */
export const MistakesPanel = memo(function MistakesPanel({ confusion, personal, labels, engine }: MistakesPanelProps) {
  useLanguage();
  const view = confusion && mistakesView(confusion, personal, labels, SHOWN);
  const [rows, setRows] = useState<readonly MistakenRow[] | null>(null);
  const [open, setOpen] = useState<string | null>(null);
  const [reading, read] = useTask();
  if (!view) return null;
  const show = (key: string) => {
    setOpen(open === key ? null : key);
    if (rows === null && reading.kind !== "busy") read(async () => setRows(await engine.mistakenRows("served")));
  };
  const most = Math.max(...view.mistakes.map(({ count }) => count));
  const stays = (
    <>
      <IconLock size={14} aria-hidden="true" style={{ verticalAlign: -2 }} /> {words.mistakesPanel.stayHere}
    </>
  );
  return (
    <Panel title={words.mistakesPanel.whereItErrs} hint={words.mistakesPanel.hint} aside={stays}>
      <p style={{ margin: "0 0 8px" }}>{words.mistakesPanel.right(view.right, view.rows)}</p>
      {view.mistakes.length > 0 && (
        <Scroll label={words.mistakesPanel.mistakes}>
          <table className="plain">
            <thead>
              <tr>
                <th>{words.mistakesPanel.was}</th>
                <th>{words.mistakesPanel.takenFor}</th>
                <th className="number">{words.mistakesPanel.rows}</th>
                <td style={{ width: "25%" }} />
                {personal && <th className="number">{words.mistakesPanel.personalRows}</th>}
              </tr>
            </thead>
            <tbody>
              {view.mistakes.map((mistake) => {
                const key = `${mistake.actual} ${mistake.predicted}`;
                return (
                  <Fragment key={key}>
                    <tr>
                      <td translate="no">
                        <button
                          type="button"
                          className="asLink"
                          aria-expanded={open === key}
                          aria-label={words.mistakesPanel.showRows(mistake.actual, mistake.predicted)}
                          onClick={() => show(key)}
                        >
                          {mistake.actual}
                        </button>
                      </td>
                      <td translate="no">{mistake.predicted}</td>
                      <td className="number">{mistake.count}</td>
                      <td style={{ verticalAlign: "middle" }}>
                        <div className="track" style={{ height: 6 }} aria-hidden="true">
                          <Fill share={mistake.count / most} color="var(--data)" />
                        </div>
                      </td>
                      {personal && <td className="number soft">{mistake.personal}</td>}
                    </tr>
                    {open === key && (
                      <tr>
                        <td colSpan={personal ? 5 : 4}>
                          <Examples mistake={mistake} labels={labels} rows={rows} />
                          {reading.kind === "failed" && <FailureAlert failure={reading.failure} />}
                        </td>
                      </tr>
                    )}
                  </Fragment>
                );
              })}
            </tbody>
          </table>
        </Scroll>
      )}
    </Panel>
  );
});

interface ExamplesProps {
  readonly mistake: Mistake;
  readonly labels: readonly string[];
  /** Null until they are known. */
  readonly rows: readonly MistakenRow[] | null;
}

function Examples({ mistake, labels, rows }: ExamplesProps) {
  if (rows === null) {
    return (
      <span className="muted small" role="status">
        {words.mistakesPanel.looking}
      </span>
    );
  }
  const { shown, more } = examplesOf(mistake, labels, rows);
  return (
    <>
      {shown.map(({ line, input }) => (
        <figure key={line} className="figure">
          <blockquote className="quote">{input}</blockquote>
          <figcaption className="muted small">{words.mistakesPanel.line(line)}</figcaption>
        </figure>
      ))}
      {more > 0 && <p className="muted small">{words.mistakesPanel.more(more)}</p>}
    </>
  );
}
