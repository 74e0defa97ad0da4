/** Pieces that are found in a text before it is cut: control pieces and others that were added to a vocabulary. */
import { z } from "zod";
import { WORD } from "./unicode.ts";

export const addedToken = z.object({
  id: z.number().int().min(0),
  content: z.string().min(1),
  single_word: z.boolean().default(false),
  lstrip: z.boolean().default(false),
  rstrip: z.boolean().default(false),
  normalized: z.boolean().optional(),
  special: z.boolean().default(false),
});
export type AddedToken = z.output<typeof addedToken>;

/** Text between added pieces, or one of them. */
export type Section = { readonly begin: number; readonly text: string } | { readonly id: number };

/** Finds the longest of them at each place, from left to right, as find_matches of added_vocabulary.rs does. */
export type AddedTokenFinder = (text: string) => readonly Section[];

/** `contentOf` says under which text a piece is looked for. */
export function createAddedTokenFinder(tokens: readonly AddedToken[], contentOf: (content: string) => string): AddedTokenFinder {
  const byContent = new Map(tokens.map((token) => [contentOf(token.content), token]));
  byContent.delete("");
  if (byContent.size === 0) return (text) => [{ begin: 0, text }];
  const longestFirst = [...byContent.keys()].sort((x, y) => y.length - x.length);
  const pattern = new RegExp(longestFirst.map((content) => content.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&")).join("|"), "gu");

  return (text) => {
    const sections: Section[] = [];
    let before = 0;
    for (const match of text.matchAll(pattern)) {
      const token = byContent.get(match[0]);
      let [begin, end] = [match.index, match.index + match[0].length];
      if (!token || (token.single_word && !isWord(text, begin, end))) continue;
      if (token.lstrip) begin = Math.max(text.slice(0, begin).search(/\p{White_Space}*$/u), before);
      if (token.rstrip) end += /^\p{White_Space}*/u.exec(text.slice(end))?.[0].length ?? 0;
      if (before < begin) sections.push({ begin: before, text: text.slice(before, begin) });
      sections.push({ id: token.id });
      before = end;
    }
    if (before < text.length) sections.push({ begin: before, text: text.slice(before) });
    return sections;
  };
}

/** Whether no letter, mark, digit or low line touches `[begin, end)`. */
function isWord(text: string, begin: number, end: number): boolean {
  const previous = Array.from(text.slice(Math.max(0, begin - 2), begin)).at(-1) ?? "";
  const [next = ""] = text.slice(end, end + 2);
  return !WORD.test(previous) && !WORD.test(next);
}
