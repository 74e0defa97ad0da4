import { Tooltip } from "@mantine/core";
import type { GlossaryTerm } from "../lib/glossary.ts";
import { words as known } from "../lib/words.ts";
import { words } from "./words.ts";

export interface TermProps {
  readonly term: GlossaryTerm;
  /** As it stands in the sentence, where that is not the term itself. */
  readonly children?: string;
}

/** A word that says what it means, on hover, focus or touch. */
export function Term({ term, children }: TermProps) {
  const { word, meaning } = known.glossary[term];
  const shown = children ?? word;
  return (
    <Tooltip label={meaning}>
      <button type="button" className="term" aria-label={words.term.meaning(shown, meaning)}>
        {shown}
      </button>
    </Tooltip>
  );
}
