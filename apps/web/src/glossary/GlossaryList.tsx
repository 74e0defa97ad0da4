import { termId } from "../lib/glossary.ts";
import { explained, GROUPS } from "./terms.ts";
import { words } from "./words.ts";

/** Every word with its meaning, by what it is about. `marked` is the id of the one that was asked for. */
export function GlossaryList({ marked }: { readonly marked: string }) {
  return Object.entries(GROUPS).map(([group, terms]) => (
    <section key={group} className="quiet" aria-labelledby={`group-${group}`}>
      <h2 id={`group-${group}`}>{words.groups[group as keyof typeof GROUPS]}</h2>
      <dl className="glossary">
        {terms.map((term) => {
          const { word, meaning } = explained(term);
          return (
            <div key={term} id={termId(term)} data-marked={termId(term) === marked || undefined}>
              <dt>{word}</dt>
              <dd>{meaning}</dd>
            </div>
          );
        })}
      </dl>
    </section>
  ));
}
