import type { PerAdapter } from "../../lib/adapters.ts";
import { words as common } from "../../lib/words.ts";
import { aloneView, verdictView } from "./verdictView.ts";
import { words } from "./words.ts";

export interface VerdictProps {
  readonly accuracy: PerAdapter;
  readonly testRows: number | null;
  /** What learning alone made; null where it was not compared. */
  readonly alone: number | null;
}

/** Which adapter serves this client best, in the adapter's own colour. */
export function Verdict({ accuracy, testRows, alone }: VerdictProps) {
  const view = verdictView(accuracy, testRows);
  if (!view) return null;
  const without = alone === null || testRows === null ? null : aloneView(view.accuracy, alone, testRows);
  return (
    <section className={`verdictCard ${view.best}`} aria-label={words.verdict.verdict}>
      <h2 className="large withDot">{without?.isBetter ? words.verdict.better : view.title}</h2>
      <p>{common.listing.sentences([...view.sentences, ...(without ? [without.sentence] : [])])}</p>
      <p className="small">{words.verdict.caveat}</p>
    </section>
  );
}
