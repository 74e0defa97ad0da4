/** The metadata of a GGUF file that says what a byte-level BPE tokenizer.json says: the inverse of ggufTokenizer.ts. */
import { z } from "zod";
import { ModelFolderError } from "../modelFolderError.ts";
import { type Splitting, splittings } from "./ggufTokenizer.ts";
import type { WrittenValue } from "./writeGguf.ts";

/** Kinds of tokens in tokenizer.ggml.token_type. */
const [NORMAL, CONTROL, USER_DEFINED, UNUSED] = [1, 3, 4, 5] as const;

const tokenizerJson = z.object({
  normalizer: z.unknown().optional(),
  pre_tokenizer: z.unknown().optional(),
  added_tokens: z.array(z.object({ id: z.number().int().min(0), content: z.string(), special: z.boolean() })).default([]),
  model: z.object({
    type: z.literal("BPE"),
    vocab: z.record(z.string(), z.number().int().min(0)),
    merges: z.array(z.union([z.string(), z.tuple([z.string(), z.string()]).transform((pair) => pair.join(" "))])),
    ignore_merges: z.boolean().nullish(),
  }),
});

/**
 * `tokens`: rows of the embedding; ids that the tokenizer does not have are named as unused.
 * @throws {ModelFolderError} for another kind of tokenizer, or one that splits texts in a way that llama.cpp has no name for.
 */
export function ggufVocabulary(json: unknown, tokens: number): readonly (readonly [string, WrittenValue])[] {
  const parsed = tokenizerJson.safeParse(json);
  if (!parsed.success) throw new ModelFolderError(["vocabularyNotWritten", ["onlyByteLevel"]]);
  const { model, added_tokens: added, normalizer, pre_tokenizer: preTokenizer } = parsed.data;
  const ignoreMerges = model.ignore_merges ?? false;
  const wanted = shapeOf({ normalizer: normalizer ?? null, preTokenizer: Object(preTokenizer), ignoreMerges });
  const [pre] = [...splittings].find(([, splitting]) => shapeOf(splitting) === wanted) ?? [];
  if (pre === undefined) {
    const known = [...splittings.keys()].join(", ");
    throw new ModelFolderError(["vocabularyNotWritten", ["splitsOtherwise", known]]);
  }
  const names = Array.from({ length: tokens }, (_, id) => `[PAD${id}]`);
  const types = new Int32Array(tokens).fill(UNUSED);
  const put = (content: string, id: number, type: number) => {
    if (id >= tokens) throw new ModelFolderError(["tokenBeyond", id, tokens]);
    names[id] = content;
    types[id] = type;
  };
  for (const [content, id] of Object.entries(model.vocab)) put(content, id, NORMAL);
  for (const { id, content, special } of added) put(content, id, special ? CONTROL : USER_DEFINED);
  return [
    ["tokenizer.ggml.model", "gpt2"],
    ["tokenizer.ggml.pre", pre],
    ["tokenizer.ggml.tokens", names],
    ["tokenizer.ggml.token_type", types],
    ["tokenizer.ggml.merges", model.merges],
  ];
}

/** What counts in how texts are split, as a text: files leave out what is the default. */
function shapeOf({ normalizer, preTokenizer, ignoreMerges }: Splitting): string {
  const steps = z.looseObject({ pretokenizers: z.array(z.unknown()) }).safeParse(preTokenizer);
  return JSON.stringify([normalizer, (steps.success ? steps.data.pretokenizers : [preTokenizer]).map(stepOf), ignoreMerges]);
}

const step = z.union([
  z.object({ type: z.literal("ByteLevel"), add_prefix_space: z.boolean().default(true), use_regex: z.boolean().default(true) }),
  z.object({ type: z.literal("Digits"), individual_digits: z.boolean().default(false) }),
  z.object({
    type: z.literal("Split"),
    pattern: z.object({ Regex: z.string() }),
    behavior: z.literal("Isolated"),
    invert: z.literal(false),
  }),
]);

/** Another kind of step stays as it is, and so is none that is known. */
function stepOf(json: unknown): unknown {
  const known = step.safeParse(json);
  return known.success ? known.data : json;
}
