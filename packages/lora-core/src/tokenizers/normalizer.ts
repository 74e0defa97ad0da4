/** What a tokenizer does to a text before it is cut: each step by its name in tokenizer.json, as the Python package does it. */
import { z } from "zod";
import { charsMapNormalizer } from "./charsMap.ts";
import { patternOf, splitPattern } from "./splitPieces.ts";
import { type Builders, buildStep, fieldsOf } from "./tokenizerError.ts";
import { SPACE, toByteCharacters } from "./unicode.ts";

export type Normalizer = (text: string) => string;

const WHAT = "normalizer";
/** What BERT drops, but for tab and line ends: control, format and private characters, and the replacement character. */
const DROPPED_BY_BERT = /(?![\t\n\r])[\p{Cc}\p{Cf}\p{Co}\uFFFD]/gu;
/** Ideographs that BERT reads as words; the gap after U+2B81F is the Python package's. */
const IDEOGRAPH =
  /[\u3400-\u4DBF\u4E00-\u9FFF\uF900-\uFAFF\u{20000}-\u{2A6DF}\u{2A700}-\u{2B81F}\u{2B920}-\u{2CEAF}\u{2F800}-\u{2FA1F}]/gu;
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is dropped
const DROPPED_BY_NMT = /[\u0001-\u0008\u000B\u000E-\u001F\u007F\u008F\u009F]/g;
const SPACE_OF_NMT = /[\t\n\f\r\u1680\u200B-\u200F\u2028\u2029\u2581\uFEFF\uFFFD]/g;
/** Also at the ends only. */
const [LEADING_SPACE, TRAILING_SPACE] = [/^\p{White_Space}+/u, /\p{White_Space}+$/u];

const builders: Builders<Normalizer> = new Map<string, (json: unknown) => Normalizer>([
  ...(["NFC", "NFD", "NFKC", "NFKD"] as const).map((form) => [form, () => (text: string) => text.normalize(form)] as const),
  ["Lowercase", () => lowercase],
  ["StripAccents", () => (text) => text.replace(/\p{M}/gu, "")],
  ["Nmt", () => (text) => text.replace(DROPPED_BY_NMT, "").replace(SPACE_OF_NMT, " ")],
  ["ByteLevel", () => toByteCharacters],
  ["Strip", strip],
  ["Prepend", prepend],
  ["Replace", replace],
  ["BertNormalizer", bert],
  [
    "Precompiled",
    (json) => charsMapNormalizer(fieldsOf(WHAT, z.object({ precompiled_charsmap: z.string() }), json).precompiled_charsmap),
  ],
  ["Sequence", (json) => inTurn(fieldsOf(WHAT, z.object({ normalizers: z.array(z.unknown()) }), json).normalizers)],
]);

/** @throws {TokenizerError} naming a step that is not supported. */
export function createNormalizer(json: unknown): Normalizer {
  return json === null || json === undefined ? (text) => text : buildStep(WHAT, builders, json);
}

function inTurn(steps: readonly unknown[]): Normalizer {
  const normalizers = steps.map((step) => createNormalizer(step));
  return (text) => normalizers.reduce((rest, normalize) => normalize(rest), text);
}

/** Character by character: a sigma at the end of a word is one like any other. */
function lowercase(text: string): string {
  return Array.from(text, (character) => character.toLowerCase()).join("");
}

function strip(json: unknown): Normalizer {
  const { strip_left: left, strip_right: right } = fieldsOf(
    WHAT,
    z.object({ strip_left: z.boolean(), strip_right: z.boolean() }),
    json,
  );
  return (text) => {
    const rest = left ? text.replace(LEADING_SPACE, "") : text;
    return right ? rest.replace(TRAILING_SPACE, "") : rest;
  };
}

function prepend(json: unknown): Normalizer {
  const { prepend: before } = fieldsOf(WHAT, z.object({ prepend: z.string() }), json);
  return (text) => (text === "" ? "" : before + text);
}

function replace(json: unknown): Normalizer {
  const { pattern, content } = fieldsOf(WHAT, z.object({ pattern: splitPattern, content: z.string() }), json);
  const expression = patternOf(pattern);
  return (text) => text.replace(expression, () => content);
}

const bertFields = z.object({
  clean_text: z.boolean().default(true),
  handle_chinese_chars: z.boolean().default(true),
  strip_accents: z.boolean().nullish(),
  lowercase: z.boolean().default(true),
});

function bert(json: unknown): Normalizer {
  const found = fieldsOf(WHAT, bertFields, json);
  const steps: (Normalizer | false)[] = [
    found.clean_text && ((text) => text.replaceAll("\0", "").replace(DROPPED_BY_BERT, "").replace(SPACE, " ")),
    found.handle_chinese_chars && ((text) => text.replace(IDEOGRAPH, " $& ")),
    (found.strip_accents ?? found.lowercase) && ((text) => text.normalize("NFD").replace(/\p{Mn}/gu, "")),
    found.lowercase && lowercase,
  ];
  return (text) => steps.reduce((rest, step) => (step ? step(rest) : rest), text);
}
