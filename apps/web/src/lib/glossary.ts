/** The words that the page explains where they first stand; the glossary (glossary/) has all of them, in the words of docs/glossary.md. */
import type { words } from "./words.ts";

export type GlossaryTerm = keyof typeof words.glossary;

/** Where a word stands on the glossary's page. */
export const termId = (term: string): string => term.toLowerCase().replaceAll(" ", "-");
