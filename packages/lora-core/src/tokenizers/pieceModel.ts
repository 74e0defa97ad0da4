/** From words to ids: the four kinds of vocabularies, on the models of @huggingface/tokenizers. */
import { BPE, Unigram, WordPiece } from "@huggingface/tokenizers";
import { z } from "zod";
import { type Builders, buildStep, fieldsOf, TokenizerError } from "./tokenizerError.ts";

export interface PieceModel {
  /** Ids by piece. */
  readonly vocabulary: ReadonlyMap<string, number>;
  /** Ids of a word's pieces. */
  readonly encode: (word: string) => number[];
}

const WHAT = "model";
const vocabulary = z.record(z.string(), z.number().int().min(0));
const off = z.union([z.literal(0), z.literal(""), z.null()]).optional();

const builders: Builders<PieceModel> = new Map([
  ["BPE", bytePairs],
  ["Unigram", unigram],
  ["WordLevel", wordLevel],
  ["WordPiece", wordPiece],
]);

/** @throws {TokenizerError} naming a kind or a field that is not supported. */
export function createPieceModel(json: unknown): PieceModel {
  return buildStep(WHAT, builders, json);
}

const bytePairFields = z.object({
  vocab: vocabulary,
  merges: z.array(z.union([z.string(), z.tuple([z.string(), z.string()])])),
  unk_token: z.string().nullish(),
  end_of_word_suffix: z.string().nullish(),
  fuse_unk: z.boolean().default(false),
  byte_fallback: z.boolean().default(false),
  ignore_merges: z.boolean().default(false),
  /** Drawn anew for every word. */
  dropout: off,
  continuing_subword_prefix: off,
});

function bytePairs(json: unknown): PieceModel {
  const { fuse_unk: fuses, ...found } = fieldsOf(WHAT, bytePairFields, json);
  const model = new BPE({
    type: "BPE",
    vocab: found.vocab,
    merges: found.merges as [string, string][],
    unk_token: found.unk_token ?? undefined,
    end_of_word_suffix: found.end_of_word_suffix ?? undefined,
    fuse_unk: fuses,
    byte_fallback: found.byte_fallback,
    ignore_merges: found.ignore_merges,
  } as ConstructorParameters<typeof BPE>[0]);
  const ids = model.tokens_to_ids;
  const unknown = ids.get(found.unk_token ?? "") ?? null;
  return {
    vocabulary: new Map(ids),
    encode(word) {
      const found = model.encode([word]).flatMap((piece) => ids.get(piece) ?? []);
      return fuses ? fused(found, unknown) : found;
    },
  };
}

const unigramFields = z.object({
  vocab: z.array(z.tuple([z.string(), z.number()])).min(1),
  unk_id: z.number().int().min(0).nullish(),
  byte_fallback: z.boolean().default(false),
});

function unigram(json: unknown): PieceModel {
  const { vocab, unk_id: unknown, byte_fallback: bytes } = fieldsOf(WHAT, unigramFields, json);
  const unknownPiece = vocab[unknown ?? -1];
  if (unknown === null || unknown === undefined || !unknownPiece) throw new TokenizerError(["noUnknownId"]);
  const model = new Unigram({ type: "Unigram", vocab: vocab.map(([piece, score]) => [piece, score]), unk_id: unknown }, "");
  // The package takes the penalty of unknown characters for the score of the unknown piece itself, which a text may contain.
  model.scores[unknown] = unknownPiece[1];
  const ids: ReadonlyMap<string, number> = new Map(model.tokens_to_ids);
  return {
    vocabulary: ids,
    encode: (word) =>
      joinUnknown(model.encode([word]), (piece) => (ids.get(piece) ?? unknown) === unknown).flatMap(
        (piece) => ids.get(piece) ?? ((bytes && byteIds(piece, ids)) || [unknown]),
      ),
  };
}

/** Pieces with runs of unknown ones joined into one. */
function joinUnknown(pieces: readonly string[], isUnknown: (piece: string) => boolean): string[] {
  const joined: string[] = [];
  pieces.forEach((piece, index) => {
    const previous = pieces[index - 1];
    if (previous !== undefined && isUnknown(piece) && isUnknown(previous)) joined[joined.length - 1] += piece;
    else joined.push(piece);
  });
  return joined;
}

/** A piece's bytes as `<0x2F>`; null when one of them is not in the vocabulary. */
function byteIds(piece: string, ids: ReadonlyMap<string, number>): number[] | null {
  const found = Array.from(new TextEncoder().encode(piece), (byte) =>
    ids.get(`<0x${byte.toString(16).toUpperCase().padStart(2, "0")}>`),
  );
  return found.every((id) => id !== undefined) ? found : null;
}

const wordPieceFields = z.object({
  vocab: vocabulary,
  unk_token: z.string().default("[UNK]"),
  continuing_subword_prefix: z.string().default("##"),
  max_input_chars_per_word: z.number().int().min(0).default(100),
});

function wordPiece(json: unknown): PieceModel {
  const found = fieldsOf(WHAT, wordPieceFields, json);
  assertKnown(found.vocab, found.unk_token);
  const model = new WordPiece({ type: "WordPiece", ...found });
  const ids: ReadonlyMap<string, number> = new Map(model.tokens_to_ids);
  return { vocabulary: ids, encode: (word) => model.encode([word]).flatMap((piece) => ids.get(piece) ?? []) };
}

function wordLevel(json: unknown): PieceModel {
  const { vocab, unk_token: unknown } = fieldsOf(
    WHAT,
    z.object({ vocab: vocabulary, unk_token: z.string().default("<unk>") }),
    json,
  );
  assertKnown(vocab, unknown);
  const ids = new Map(Object.entries(vocab));
  return { vocabulary: ids, encode: (word) => [ids.get(word) ?? ids.get(unknown) ?? 0] };
}

function assertKnown(vocab: Readonly<Record<string, number>>, unknown: string): void {
  if (!Object.hasOwn(vocab, unknown)) throw new TokenizerError(["unknownNotThere", unknown]);
}

/** Runs of the unknown id become one. */
function fused(ids: readonly number[], unknown: number | null): number[] {
  return ids.filter((id, index) => id !== unknown || ids[index - 1] !== unknown);
}
