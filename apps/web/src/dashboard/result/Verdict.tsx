import type { OwnFigures } from "@duet/client/sessionState";
import { aloneAgainstServed } from "@duet/lora-core/federation/aloneAgainstServed";
import { Button } from "@mantine/core";
import type { UsesAlone } from "../../hooks/useUsesAlone.ts";
import { comparable } from "../../lib/adapters.ts";
import { words as common } from "../../lib/words.ts";
import { aloneView, verdictView } from "./verdictView.ts";
import { words } from "./words.ts";

export interface VerdictProps {
  readonly own: OwnFigures;
  readonly testRows: number | null;
  /** Null where this tab has nothing that it learned alone. */
  readonly alone: UsesAlone | null;
}

/** Which adapter serves this client best, in the adapter's own colour; where learning alone is told to be better than what is served, the way to it. */
export function Verdict({ own, testRows, alone }: VerdictProps) {
  const view = verdictView(comparable(own), testRows);
  if (!view) return null;
  const accuracy = own.alone?.accuracy ?? null;
  const without = accuracy === null || testRows === null ? null : aloneView(view, accuracy, testRows);
  const against = aloneAgainstServed(own);
  const isTold = against?.isBetter === true;
  const sentences = [
    ...(without?.isBetter ? [] : view.sentences),
    ...(without ? [without.sentence] : []),
    ...(isTold && !without?.isBetter ? [words.verdictView.servedBelow(against.served)] : []),
  ];
  return (
    <section className={`verdictCard ${view.best}`} aria-label={words.verdict.verdict}>
      <h2 className="large withDot">{without?.isBetter ? words.verdict.better : view.title}</h2>
      <p>{common.listing.sentences(sentences)}</p>
      {alone && (isTold || alone.usesAlone) && <UseAlone {...alone} />}
      <p className="small">{words.verdict.caveat}</p>
    </section>
  );
}

/** Nothing is changed silently: the person takes what learned alone, and gives it back. */
function UseAlone({ usesAlone, onUse }: UsesAlone) {
  return (
    <div className="useAlone">
      <Button size="xs" variant={usesAlone ? "default" : "filled"} onClick={() => onUse(!usesAlone)}>
        {usesAlone ? words.verdict.useServed : words.verdict.useAlone}
      </Button>
      <span role="status">{usesAlone ? words.verdict.aloneIsUsed : words.verdict.whatItDoes}</span>
    </div>
  );
}
