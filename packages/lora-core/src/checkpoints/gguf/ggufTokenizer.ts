/** The byte-level BPE tokenizer in a GGUF file's metadata, as the tokenizer.json of the same model. */
import type { ModelSaying } from "../../errors/modelSentences.ts";
import { textOf } from "./ggufConfig.ts";
import { GgufError } from "./ggufError.ts";
import type { GgufMetadata } from "./ggufHeader.ts";

/** Kinds of tokens in tokenizer.ggml.token_type that are matched before a text is split. */
const CONTROL = 3;
const USER_DEFINED = 4;

const byteLevel = (use_regex: boolean) => ({ type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex });

/** Words, runs of at most `digits` digits, punctuation, white space; then bytes. */
function wordsOf(digits: string) {
  const words = [
    "(?i:'s|'t|'re|'ve|'m|'ll|'d)",
    "[^\\r\\n\\p{L}\\p{N}]?\\p{L}+",
    `\\p{N}${digits}`,
    " ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*",
    "\\s*[\\r\\n]+",
    "\\s+(?!\\S)",
    "\\s+",
  ];
  const split = { type: "Split", pattern: { Regex: words.join("|") }, behavior: "Isolated", invert: false };
  return { type: "Sequence", pretokenizers: [split, byteLevel(false)] };
}

/** How a text is split before the merges. */
export interface Splitting {
  readonly normalizer: object | null;
  readonly preTokenizer: object;
  /** Whole words of the vocabulary are taken as they are, without merging. */
  readonly ignoreMerges: boolean;
}

const singleDigits = { type: "Sequence", pretokenizers: [{ type: "Digits", individual_digits: true }, byteLevel(true)] };
const llama3: Splitting = { normalizer: null, preTokenizer: wordsOf("{1,3}"), ignoreMerges: true };

/** By tokenizer.ggml.pre: what the models that carry this name do before the merges. */
export const splittings: ReadonlyMap<string, Splitting> = new Map([
  ["gpt-2", { normalizer: null, preTokenizer: byteLevel(true), ignoreMerges: false }],
  ["smollm", { normalizer: null, preTokenizer: singleDigits, ignoreMerges: false }],
  ["llama-bpe", llama3],
  ["llama3", llama3],
  ["qwen2", { normalizer: { type: "NFC" }, preTokenizer: wordsOf(""), ignoreMerges: false }],
]);

/** @throws {GgufError} when there is no tokenizer, or one of another kind. */
export function ggufTokenizer(metadata: GgufMetadata): Readonly<Record<string, unknown>> {
  const model = textOf(metadata, "tokenizer.ggml.model");
  if (model !== "gpt2") throw new GgufError(["otherTokenizer", model]);
  const pre = metadata.get("tokenizer.ggml.pre") ?? "default";
  const splitting = splittings.get(String(pre));
  if (!splitting) throw new GgufError(preProblem(String(pre), metadata));

  const tokens = listOf(metadata, "tokenizer.ggml.tokens");
  const types = metadata.has("tokenizer.ggml.token_type") ? listOf(metadata, "tokenizer.ggml.token_type") : [];
  const vocab = Object.fromEntries(tokens.map((token, id) => [String(token), id]));
  if (Object.keys(vocab).length !== tokens.length) throw new GgufError(["tokenTwice"]);
  const added = tokens.flatMap((content, id) => {
    const special = types[id] === CONTROL;
    if (!special && types[id] !== USER_DEFINED) return [];
    return [{ id, content, special, single_word: false, lstrip: false, rstrip: false, normalized: false }];
  });
  return {
    version: "1.0",
    added_tokens: added,
    normalizer: splitting.normalizer,
    pre_tokenizer: splitting.preTokenizer,
    post_processor: null,
    decoder: byteLevel(true),
    model: {
      type: "BPE",
      vocab,
      merges: listOf(metadata, "tokenizer.ggml.merges"),
      ignore_merges: splitting.ignoreMerges,
    },
  };
}

/** llama.cpp would guess, and warns that what it guesses may read badly. */
function preProblem(pre: string, metadata: GgufMetadata): ModelSaying {
  if (pre !== "default") return ["otherSplitting", pre, [...splittings.keys()].join(", ")];
  return metadata.has("tokenizer.ggml.pre") ? ["defaultSplitting"] : ["noSplitting"];
}

function listOf(metadata: GgufMetadata, key: string): readonly unknown[] {
  const value = metadata.get(key);
  if (!Array.isArray(value)) throw new GgufError(["noList", key]);
  return value;
}
