/** The words that the page explains where they first stand; docs/glossary.md has all of them. */
import type { words } from "./words.ts";

export type GlossaryTerm = keyof typeof words.glossary;
