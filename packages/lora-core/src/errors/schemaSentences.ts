/** What a schema refuses, each half of a sentence: what a field is called, and what it must be. */
import type { Saying } from "../sayings/saying.ts";

/** What is counted in a size. */
export type Sized = "characters" | "entries" | "value";
export type Bound = "at least" | "at most" | "more than" | "less than";

const KINDS: Readonly<Record<string, string>> = {
  string: "text",
  number: "a number",
  int: "a whole number",
  boolean: "yes or no",
  array: "a list",
  tuple: "a list",
  object: "a group of fields",
  record: "a group of fields",
  null: "left empty",
};

const countable = (size: number): string => (Math.abs(size) >= Number.MAX_SAFE_INTEGER ? "what can be counted" : String(size));

export const SCHEMA_SENTENCES = {
  nothingFits: () => "Something in it does not fit",
  about: (name: string, what: string) => `${name} ${what}`,
  unknown: (keys: string, count: number) => `${keys} ${count === 1 ? "is" : "are"} not known here`,
  missing: () => "is missing",
  kind: (kind: string) => `must be ${KINDS[kind] ?? "of another kind"}`,
  notEmpty: () => "must not be empty",
  size: (sized: Sized, bound: Bound, size: number) => {
    if (sized === "value") return `must be ${bound} ${countable(size)}`;
    return `must have ${bound} ${countable(size)} ${sized === "entries" && size === 1 ? "entry" : sized}`;
  },
  oneOf: (values: string) => `must be one of ${values}`,
  exactly: (value: string) => `must be ${value}`,
  multipleOf: (divisor: number) => `must be a multiple of ${divisor}`,
  address: () => "must be an address that begins with http:// or https://",
  unreadable: () => "is not written as it should be",
  noneKnown: () => "is none of those known here",
  unfit: () => "does not fit",

  // Rules of our own, a sentence each, which stands beside the field or behind its name.
  own: (sentence: string) => sentence,
  ownOf: (name: string, sentence: string) => `${name}: ${sentence}`,
  moreAtLeast: () => "there cannot be more clients at least than at most",
  twice: () => "a label is listed twice",
  hiddenText: () => "this text has characters in it that cannot be seen, such as line breaks or control marks: type it again",
  hiddenName: () => "this name has characters in it that cannot be seen, such as line breaks or control marks: type it again",
  hiddenLabel: () => "a label has characters in it that cannot be seen, such as line breaks or control marks: type it again",
  allOfF32: () => "f32 sends all values as they are: choose another format to leave some out",
} as const;

export type SchemaSaying = Saying<typeof SCHEMA_SENTENCES>;

/** What an issue of a rule of our own says: its message, and which sentence that is. */
export const ownRule = (said: "moreAtLeast" | "twice" | "hiddenText" | "hiddenName" | "hiddenLabel" | "allOfF32") => ({
  message: SCHEMA_SENTENCES[said](),
  params: { said },
});
