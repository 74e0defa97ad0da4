/** How one form of personal data is found in a text. */
import type { PersonalKind } from "./personalKind.ts";

/** What a text must have before an expression is worth running over it: most texts lack most of it. */
export const HAS = {
  "@": (text: string) => text.includes("@") || text.includes("＠"),
  at: (text: string) => /[[({](?:at|AT|ät)[\])}]/.test(text),
  colons: (text: string) => /:[\da-fA-F]{0,4}:/.test(text),
  digit: (text: string) => /\d/.test(text),
  /** Six digits that stand together. */
  number: (text: string) => /\d(?:[ ().:/+\-a-fA-F]{0,3}\d){5}/.test(text),
  dotted: (text: string) => /\d\.\d{1,3}\.\d/.test(text),
  capital: (text: string) => /\p{Lu}/u.test(text),
  han: (text: string) => /\p{Script=Han}/u.test(text),
  hangul: (text: string) => /\p{Script=Hangul}/u.test(text),
  nothing: () => true,
} as const;
export type Needs = keyof typeof HAS;

export interface Match {
  readonly text: string;
  /** What the expression matched, or its group `it` where it has one. */
  readonly found: string;
  readonly start: number;
  readonly groups: Readonly<Record<string, string | undefined>>;
}

export interface Detector {
  readonly kind: PersonalKind;
  readonly needs: Needs;
  /**
   * Global and Unicode. Every quantifier has an upper bound, so that a text costs time in proportion to its length whatever stands in it;
   * personalData.test.ts holds them to it.
   */
  readonly expression: RegExp;
  /** How many characters from the start it is, 0 where it is not; left out, all of what was found. */
  readonly lengthOf?: (match: Match) => number;
}

const CUE_CHARACTERS = 32;

/** What stands right before a match, in lower case. */
export const before = ({ text, start }: Match): string => text.slice(Math.max(0, start - CUE_CHARACTERS), start).toLowerCase();

/** A length that is all or nothing. */
export const when =
  (isIt: (match: Match) => boolean) =>
  (match: Match): number =>
    isIt(match) ? match.found.length : 0;
