import type { PerAdapter } from "../lib/adapters.ts";
import { verdictView } from "./verdictView.ts";

export interface VerdictProps {
  readonly accuracy: PerAdapter;
  readonly testRows: number | null;
}

/** Which adapter serves this client best, in the adapter's own colour. */
export function Verdict({ accuracy, testRows }: VerdictProps) {
  const view = verdictView(accuracy, testRows);
  if (!view) return null;
  return (
    <section className={`verdictCard ${view.best}`} aria-label="Verdict">
      <h2 className="large withDot">{view.title}</h2>
      {view.sentences.map((sentence) => (
        <p key={sentence}>{sentence}</p>
      ))}
      <p className="small">
        The best of four on the same rows looks a little better than it is; new rows will tell. By McNemar's exact test at 5 %, of
        which only the counts are known.
      </p>
    </section>
  );
}
