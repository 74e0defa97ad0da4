/**
 * Text to token ids and back, from a Hugging Face tokenizer.json, with the ids of the Python package `tokenizers`. What cuts a text is
 * written here, since @huggingface/tokenizers differs from it in letters beyond ASCII and in added pieces; its vocabularies are used.
 * Text of rows is only ever text: control pieces written in it ("<|end|>") are cut like any other characters, as the Python package
 * does with encode_special_tokens. Only the text that a chat template has written is read with its control pieces.
 */
import { z } from "zod";
import { type AddedToken, addedToken, createAddedTokenFinder } from "./addedTokens.ts";
import { createDecoder } from "./decoder.ts";
import { type Frame, readFrame } from "./frame.ts";
import { createNormalizer, type Normalizer } from "./normalizer.ts";
import { createPieceModel, type PieceModel } from "./pieceModel.ts";
import { createPreTokenizer, type PreTokenizer } from "./preTokenizer.ts";
import { fieldsOf } from "./tokenizerError.ts";

const tokenizerJson = z.object({
  model: z.unknown(),
  added_tokens: z.array(addedToken).default([]),
  normalizer: z.unknown().optional(),
  pre_tokenizer: z.unknown().optional(),
  decoder: z.unknown().optional(),
  post_processor: z.unknown().optional(),
});

export interface TextTokenizer {
  /** Ids of the text's pieces; no special pieces are added. A run of unknown characters is one unknown piece in a Unigram model. */
  encode(text: string): number[];
  /** What an encoder reads around a text; a decoder's prompt has a form of its own. */
  readonly frame: Frame;
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

/** @throws {TokenizerError} naming what is not supported in `json`. */
export function createTextTokenizer(json: unknown): TextTokenizer {
  const file = fieldsOf("tokenizer", tokenizerJson, json);
  const model = createPieceModel(file.model);
  const normalize = createNormalizer(file.normalizer);
  const cut = createPreTokenizer(file.pre_tokenizer);
  const join = createDecoder(file.decoder);
  // A piece of the vocabulary keeps its id when it is added again.
  const added = file.added_tokens.map((token) => ({ ...token, id: model.vocabulary.get(token.content) ?? token.id }));
  const control = added.filter(({ special }) => special);
  const controlIds = new Set(control.map(({ id }) => id));
  const ids = new Map([...model.vocabulary, ...added.map(({ content, id }) => [content, id] as const)]);
  const pieces = new Map([...ids].map(([piece, id]) => [id, piece]));
  const pipeline = { model, normalize, cut };
  return {
    encode: encoder(
      added.filter(({ special }) => !special),
      pipeline,
    ),
    frame: readFrame(file.post_processor),
    encodeFormatted: encoder(added, pipeline),
    broken: (text) =>
      control.reduce((rest, { content: [first = "", ...others] }) => {
        return rest.replaceAll(`${first}${others.join("")}`, `${first}\u200B${others.join("")}`);
      }, text),
    isControl: (id) => controlIds.has(id),
    decode: (ids) =>
      ids.length === 0 ? "" : join(ids.filter((id) => !controlIds.has(id)).flatMap((id) => pieces.get(id) ?? [])),
    idOf: (piece) => ids.get(piece) ?? null,
  };
}

interface Pipeline {
  readonly model: PieceModel;
  readonly normalize: Normalizer;
  readonly cut: PreTokenizer;
}

/** Added pieces are found in the text as it is, the others of them after it is normalised; what is left is cut and looked up. */
function encoder(added: readonly AddedToken[], { model, normalize, cut }: Pipeline): (text: string) => number[] {
  const isNormalized = ({ normalized, special }: AddedToken) => normalized ?? !special;
  const findPlain = createAddedTokenFinder(
    added.filter((token) => !isNormalized(token)),
    (content) => content,
  );
  const findNormalized = createAddedTokenFinder(added.filter(isNormalized), normalize);

  const encodeWords = (text: string, first: boolean): number[] =>
    text === "" ? [] : cut({ text, first }).flatMap((piece) => model.encode(piece.text));

  function encodeSection(text: string, first: boolean): number[] {
    // What begins later than the text does, once its start is normalised away, is not first.
    const isKept = first && normalize(firstCharacter(text)) !== "";
    return findNormalized(normalize(text)).flatMap((section) =>
      "id" in section ? [section.id] : encodeWords(section.text, isKept && section.begin === 0),
    );
  }

  return (text) =>
    findPlain(text).flatMap((section) => ("id" in section ? [section.id] : encodeSection(section.text, section.begin === 0)));
}

const firstCharacter = (text: string) => (text === "" ? "" : String.fromCodePoint(text.codePointAt(0) ?? 0));
