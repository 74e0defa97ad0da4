import type { GlossaryTerm } from "../lib/glossary.ts";
import { words } from "../lib/words.ts";

const TERMS: readonly GlossaryTerm[] = ["federation", "adapter", "coordinator"];

/** The three words that everything else is said with. */
export function InWords() {
  return (
    <dl className="steps inWords">
      {TERMS.map((term) => (
        <div key={term}>
          <dt>{words.glossary[term].word}</dt>
          <dd>{words.glossary[term].meaning}</dd>
        </div>
      ))}
    </dl>
  );
}
