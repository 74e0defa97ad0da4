import type { DecoderConfig } from "@duet/lora-core/architectures/decoderConfig";
import type { TextTokenizer } from "@duet/lora-core/tokenizers/textTokenizer";
import type { ChatTemplate } from "../chatTemplate.ts";
import { createChatEncoder } from "./chatPrompt.ts";
import { createPromptEncoder, type PromptEncoder } from "./prompt.ts";

/** What the form of a prompt is made of. */
export interface PromptParts {
  readonly config: DecoderConfig;
  readonly tokenizer: TextTokenizer;
  /** Null for a base model. */
  readonly chat: ChatTemplate | null;
  /** End a text beside those of config.json. */
  readonly stopTokens: readonly number[];
}

/** How a decoder is asked: in its chat template where it has one. @throws {TypeError} when that cannot be used. */
export function promptsOf({ config, tokenizer, chat, stopTokens }: PromptParts): PromptEncoder {
  const eosTokens = [...new Set([...config.eosTokens, ...stopTokens])];
  return chat
    ? createChatEncoder(tokenizer, chat, eosTokens)
    : createPromptEncoder(tokenizer, { bosToken: config.bosToken, eosTokens });
}
