/** How an encoder's hidden states become the vector of a text: what sentence-transformers keeps in files beside config.json. */
import { z } from "zod";

/** Families, by `model_type` of config.json, whose vectors they make. */
export const sentenceModelType = z.enum(["bert", "roberta", "xlm-roberta"]);

/** The field under which a base's config has them; config.json itself has no such field. */
export const SENTENCE_FIELD = "sentence_transformers";

export const sentenceSettings = z.strictObject({
  /** The mean over all tokens of the text, or the hidden state of its first one. */
  pooling: z.enum(["mean", "cls"]),
  /** Tokens read of one text; null for as many as the model has positions. */
  maxTokens: z.number().int().min(1).nullable(),
  /** Written before every text, "query: ". */
  prompt: z.string().max(1000),
});
export type SentenceSettings = z.output<typeof sentenceSettings>;

/** Those of a model without such files, as sentence-transformers makes one of it. */
export const PLAIN_SENTENCES: SentenceSettings = { pooling: "mean", maxTokens: null, prompt: "" };
