/**
 * Text of one person that others are shown: nothing in it is invisible, breaks the line or turns the reading direction. What is stored
 * already is read as it is; only what comes in is held to this. Pure.
 */

import { z } from "zod";
import { ownRule } from "../errors/schemaSentences.ts";

/** Controls, lone surrogates, line and paragraph separators; what is drawn as nothing: format marks, fillers, tags, selectors. */
const HIDDEN = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Cf}\p{Default_Ignorable_Code_Point}\u2800]/u;
const HIDDEN_RUNS = new RegExp(`(?:${HIDDEN.source})+`, "gu");
/** Scripts whose letters take another form beside a joiner. */
const JOINING = [
  "Arab",
  "Syrc",
  "Nkoo",
  "Mong",
  "Deva",
  "Beng",
  "Guru",
  "Gujr",
  "Orya",
  "Taml",
  "Telu",
  "Knda",
  "Mlym",
  "Sinh",
  "Khmr",
  "Mymr",
]
  .map((script) => `\\p{Script=${script}}`)
  .join("");
/** Where hidden characters mean something: joiners between letters of these scripts, joiners and selectors inside an emoji. */
const MEANT = new RegExp(
  `(?<=[${JOINING}])[\\u200c\\u200d](?=[${JOINING}])|(?<=[\\p{Emoji}\\p{Emoji_Modifier}])\\ufe0f|(?<=[\\p{Extended_Pictographic}\\p{Emoji_Modifier}\\ufe0f])\\u200d(?=\\p{Extended_Pictographic})`,
  "gu",
);

/** Whether people see all of it, on one line. */
export const isVisible = (text: string): boolean => !HIDDEN.test(text.replace(MEANT, ""));

/** Of at most `max` characters, trimmed. */
export const visibleText = (max: number) => z.string().trim().max(max).refine(isVisible, ownRule("hiddenText"));

/** A name, or a label: not empty. */
export const visibleName = (max: number) => z.string().trim().min(1).max(max).refine(isVisible, ownRule("hiddenName"));

/** What two names have in common that a reader could take for one another: width, case, space and hidden marks do not tell them apart. */
export function nameKey(name: string): string {
  return name
    .normalize("NFKC")
    .replace(HIDDEN_RUNS, "")
    .toUpperCase()
    .toLowerCase()
    .normalize("NFKC")
    .replace(/\s+/gu, " ")
    .trim();
}

/** The name where nobody else has one like it, asked by what {@link nameKey} makes of it; else the first of "Anna 2", "Anna 3", … that nobody has. */
export function freeName(name: string, isTaken: (key: string) => boolean, maxLength: number): string {
  if (!isTaken(nameKey(name))) return name;
  for (let number = 2; ; number++) {
    const ending = ` ${number}`;
    const characters = [...name];
    while (characters.join("").length > maxLength - ending.length) characters.pop();
    const proposal = characters.join("").trimEnd() + ending;
    if (!isTaken(nameKey(proposal))) return proposal;
  }
}
