/**
 * How a row becomes tokens for a base model (no chat template):
 *   <bos> input "\nAnswer:" " answer" <eos>
 * with <bos> only where config.json has one. Everything after "Answer:" is the answer; the loss is on those tokens alone.
 */
import type { DecoderConfig } from "@duet/lora-core/architectures/decoderConfig";
import { ANSWER_SEPARATOR, promptText } from "@duet/lora-core/data/promptText";
import { type Turn, turnsText } from "@duet/lora-core/data/turn";
import type { TextTokenizer } from "@duet/lora-core/tokenizers/textTokenizer";

/** What a model is asked: a text, or the turns of a conversation, which a model without a chat template reads as one text. */
export type ModelInput = string | readonly Turn[];

export interface PromptEncoder {
  /** Tokens before the answer, at most `room` of them where the separator allows: the input's end is cut. */
  prompt(input: ModelInput, room: number): number[];
  /** Tokens of the answer and the one that ends it. */
  answer(answer: string): number[];
  /** The text of an answer's tokens, with or without the one that ends it. */
  text(tokens: readonly number[]): string;
  /** Tokens that end a written answer, the one of training first. */
  readonly stopTokens: readonly number[];
}

/** Binds the format to a model's tokenizer and special tokens. */
export function createPromptEncoder(
  tokenizer: TextTokenizer,
  { bosToken, eosTokens }: Pick<DecoderConfig, "bosToken" | "eosTokens">,
): PromptEncoder {
  const start = bosToken === null ? [] : [bosToken];
  const separator = tokenizer.encode(ANSWER_SEPARATOR);
  return {
    stopTokens: eosTokens,
    prompt(asked, room) {
      const input = typeof asked === "string" ? asked : turnsText(asked);
      const whole = [...start, ...tokenizer.encode(promptText(input))];
      if (whole.length <= room) return whole;
      const cut = Math.max(0, room - start.length - separator.length);
      return [...start, ...tokenizer.encode(input).slice(0, cut), ...separator];
    },
    answer: (answer) => [...tokenizer.encode(` ${answer}`), ...eosTokens.slice(0, 1)],
    text: (tokens) => answerText(tokenizer, tokens, eosTokens),
  };
}

/** Up to the first of `ends`, without spaces around it. */
export function answerText(tokenizer: TextTokenizer, tokens: readonly number[], ends: readonly number[]): string {
  const end = tokens.findIndex((token) => ends.includes(token));
  return tokenizer.decode(end < 0 ? [...tokens] : tokens.slice(0, end)).trim();
}
