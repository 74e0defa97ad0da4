import { Tooltip } from "@mantine/core";
import { GLOSSARY, type GlossaryTerm } from "../lib/glossary.ts";

export interface TermProps {
  readonly term: GlossaryTerm;
  /** As it stands in the sentence, where that is not the term itself. */
  readonly children?: string;
}

/** A word that says what it means, on hover, focus or touch. */
export function Term({ term, children = term }: TermProps) {
  return (
    <Tooltip label={GLOSSARY[term]}>
      <button type="button" className="term" aria-label={`${children}: ${GLOSSARY[term]}`}>
        {children}
      </button>
    </Tooltip>
  );
}
