import type { PerAdapter } from "../../lib/adapters.ts";
import { words as common } from "../../lib/words.ts";
import { verdictView } from "./verdictView.ts";
import { words } from "./words.ts";

export interface VerdictProps {
  readonly accuracy: PerAdapter;
  readonly testRows: number | null;
}

/** Which adapter serves this client best, in the adapter's own colour. */
export function Verdict({ accuracy, testRows }: VerdictProps) {
  const view = verdictView(accuracy, testRows);
  if (!view) return null;
  return (
    <section className={`verdictCard ${view.best}`} aria-label={words.verdict.verdict}>
      <h2 className="large withDot">{view.title}</h2>
      <p>{common.listing.sentences(view.sentences)}</p>
      <p className="small">{words.verdict.caveat}</p>
    </section>
  );
}
