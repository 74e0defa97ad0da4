/**
 * Text to token ids and back, from a Hugging Face tokenizer.json (BPE, Unigram, WordPiece), by @huggingface/tokenizers.
 * Text of rows is only ever text: control pieces written in it ("<|end|>") are split like any other characters, so that data
 * cannot imitate a prompt's structure. Only the text that a chat template has written is read with its control pieces.
 */
import { DuetError } from "@duet/lora-core/errors/duetError";
import { Tokenizer } from "@huggingface/tokenizers";
import { z } from "zod";

const addedToken = z.looseObject({ id: z.number().int().min(0), content: z.string(), special: z.boolean().optional() });
const step = z.looseObject({ type: z.string() }).nullable().default(null);
const tokenizerJson = z.looseObject({
  model: z.looseObject({ type: z.enum(["BPE", "Unigram", "WordPiece"]) }),
  added_tokens: z.array(addedToken).default([]),
  normalizer: step,
  pre_tokenizer: step,
  post_processor: step,
  decoder: step,
});

export interface TextTokenizer {
  /** Ids of the text's pieces; no special pieces are added. A run of unknown characters is one unknown piece in a Unigram model. */
  encode(text: string): number[];
  /** Ids of a chat template's text, in which control pieces are control pieces. */
  encodeFormatted(text: string): number[];
  /** The text with every control piece written in it broken up by a zero-width space, to be put into a chat template. */
  broken(text: string): string;
  /** Whether the id is a control piece. */
  isControl(id: number): boolean;
  /** Text of these ids, special pieces left out. */
  decode(ids: readonly number[]): string;
  /** The id of exactly this piece, control pieces included; null when there is none. */
  idOf(piece: string): number | null;
}

/** @throws {TypeError} when `json` is not a tokenizer.json of a supported kind. */
export function createTextTokenizer(json: unknown): TextTokenizer {
  const parsed = tokenizerJson.safeParse(json);
  if (!parsed.success) {
    throw new DuetError(
      "TOKENIZER",
      `tokenizer.json cannot be used: ${parsed.error.issues[0]?.path.join(".")} is missing or not supported`,
    );
  }
  const { added_tokens: added } = parsed.data;
  const control = added.filter(({ special }) => special);
  const whole = new Tokenizer(parsed.data, {});
  const plain = new Tokenizer({ ...parsed.data, added_tokens: added.filter(({ special }) => !special) }, {});
  return {
    encode: (text) => plain.encode(text, { add_special_tokens: false }).ids,
    encodeFormatted: (text) => whole.encode(text, { add_special_tokens: false }).ids,
    broken: (text) =>
      control.reduce((rest, { content: [first = "", ...others] }) => {
        return rest.replaceAll(`${first}${others.join("")}`, `${first}\u200B${others.join("")}`);
      }, text),
    isControl: (id) => control.some((token) => token.id === id),
    // The library refuses an empty list.
    decode: (ids) =>
      ids.length === 0 ? "" : whole.decode([...ids], { skip_special_tokens: true, clean_up_tokenization_spaces: false }),
    idOf: (piece) => whole.token_to_id(piece) ?? null,
  };
}
