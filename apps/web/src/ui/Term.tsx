import { Tooltip } from "@mantine/core";
import { Link } from "react-router";
import { type GlossaryTerm, termId } from "../lib/glossary.ts";
import { glossaryPath } from "../lib/links.ts";
import { words as known } from "../lib/words.ts";

export interface TermProps {
  readonly term: GlossaryTerm;
  /** As it stands in the sentence, where that is not the term itself. */
  readonly children?: string;
}

/** A word that says what it means on hover and focus, and leads to the glossary, where a touch finds it: in a tab of its own, since what is filled in here would be lost. */
export function Term({ term, children }: TermProps) {
  const { word, meaning } = known.glossary[term];
  const shown = children ?? word;
  return (
    <Tooltip label={meaning}>
      <Link to={glossaryPath(termId(term))} target="_blank" className="term" aria-description={meaning}>
        {shown}
      </Link>
    </Tooltip>
  );
}
