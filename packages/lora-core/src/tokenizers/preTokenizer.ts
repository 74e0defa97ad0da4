/** How a tokenizer cuts a text into words: each step by its name in tokenizer.json, as the Python package does it. */
import { z } from "zod";
import { patternOf, readPattern, type SplitBehavior, splitBehavior, splitPieces } from "./splitPieces.ts";
import { type Builders, buildStep, fieldsOf, TokenizerError } from "./tokenizerError.ts";
import { NUMERIC, PUNCTUATION, SPACE, toByteCharacters } from "./unicode.ts";

export interface Piece {
  readonly text: string;
  /** It begins where the whole text does. */
  readonly first: boolean;
}
export type PreTokenizer = (piece: Piece) => readonly Piece[];

const WHAT = "pre_tokenizer";
/** \w+|[^\w\s]+ */
const WORDS =
  /[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}]+|[^\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}\p{White_Space}]+/gu;
/** GPT-2's words. */
const BYTE_LEVEL_WORDS =
  /'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\p{White_Space}\p{L}\p{N}]+|\p{White_Space}+(?!\P{White_Space})|\p{White_Space}+/gu;

const builders: Builders<PreTokenizer> = new Map<string, (json: unknown) => PreTokenizer>([
  ["BertPreTokenizer", () => inTurn([cutAt(SPACE, "Removed"), cutAt(PUNCTUATION, "Isolated")])],
  ["ByteLevel", byteLevel],
  ["CharDelimiterSplit", charDelimiter],
  ["Digits", digits],
  ["FixedLength", fixedLength],
  ["Metaspace", metaspace],
  ["Punctuation", punctuation],
  ["Sequence", sequence],
  ["Split", split],
  ["Whitespace", () => cutAt(WORDS, "Removed", true)],
  ["WhitespaceSplit", () => cutAt(SPACE, "Removed")],
]);

/** @throws {TokenizerError} naming a step that is not supported. */
export function createPreTokenizer(json: unknown): PreTokenizer {
  return json === null || json === undefined ? (piece) => [piece] : buildStep(WHAT, builders, json);
}

function inTurn(steps: readonly PreTokenizer[]): PreTokenizer {
  return (piece) => steps.reduce<readonly Piece[]>((pieces, step) => pieces.flatMap(step), [piece]);
}

function cutAt(pattern: RegExp, behavior: SplitBehavior, invert = false): PreTokenizer {
  return ({ text, first }) =>
    splitPieces(text, pattern, behavior, invert).map(({ begin, end }) => ({
      text: text.slice(begin, end),
      first: first && begin === 0,
    }));
}

function sequence(json: unknown): PreTokenizer {
  const { pretokenizers } = fieldsOf(WHAT, z.object({ pretokenizers: z.array(z.unknown()) }), json);
  return inTurn(pretokenizers.map((step) => createPreTokenizer(step)));
}

function split(json: unknown): PreTokenizer {
  const { pattern, behavior, invert } = readPattern(WHAT, json);
  return cutAt(patternOf(pattern), behavior, invert);
}

function byteLevel(json: unknown): PreTokenizer {
  const fields = z.object({ add_prefix_space: z.boolean().default(true), use_regex: z.boolean().default(true) });
  const { add_prefix_space: prefix, use_regex: words } = fieldsOf(WHAT, fields, json);
  const cut = words ? cutAt(BYTE_LEVEL_WORDS, "Isolated") : createPreTokenizer(null);
  return ({ text, first }) => {
    const whole = prefix && !text.startsWith(" ") ? ` ${text}` : text;
    return cut({ text: whole, first }).map((piece) => ({ ...piece, text: toByteCharacters(piece.text) }));
  };
}

const metaspaceFields = z.object({
  replacement: z.string().regex(/^.$/su),
  prepend_scheme: z.enum(["always", "first", "never"]).default("always"),
  add_prefix_space: z.boolean().optional(),
  split: z.boolean().nullish(),
});

function metaspace(json: unknown): PreTokenizer {
  const { replacement, prepend_scheme: scheme, add_prefix_space: prefix, split } = fieldsOf(WHAT, metaspaceFields, json);
  if (prefix === false && scheme !== "never") {
    throw new TokenizerError(["otherMetaspace", scheme]);
  }
  const marks = patternOf({ String: replacement });
  const cut = (split ?? true) ? cutAt(marks, "MergedWithNext") : createPreTokenizer(null);
  return ({ text, first }) => {
    const marked = text.replaceAll(" ", replacement);
    const prepended = scheme === "always" || (scheme === "first" && first);
    return cut({ text: prepended && !marked.startsWith(replacement) ? replacement + marked : marked, first });
  };
}

function digits(json: unknown): PreTokenizer {
  const { individual_digits: single } = fieldsOf(WHAT, z.object({ individual_digits: z.boolean().default(false) }), json);
  return cutAt(NUMERIC, single ? "Isolated" : "Contiguous");
}

function punctuation(json: unknown): PreTokenizer {
  const { behavior } = fieldsOf(WHAT, z.object({ behavior: splitBehavior.default("Isolated") }), json);
  return cutAt(PUNCTUATION, behavior);
}

function charDelimiter(json: unknown): PreTokenizer {
  return cutAt(patternOf({ String: fieldsOf(WHAT, z.object({ delimiter: z.string() }), json).delimiter }), "Removed");
}

function fixedLength(json: unknown): PreTokenizer {
  const { length } = fieldsOf(WHAT, z.object({ length: z.number().int().min(1).max(10_000) }), json);
  return cutAt(new RegExp(`[^]{1,${length}}`, "gu"), "Isolated");
}
