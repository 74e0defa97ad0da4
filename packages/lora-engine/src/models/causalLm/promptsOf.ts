import type { CausalLmFiles } from "./causalLm.ts";
import { createChatEncoder } from "./chatPrompt.ts";
import { createPromptEncoder, type PromptEncoder } from "./prompt.ts";

/** How a decoder is asked: in its chat template where it has one. @throws {TypeError} when that cannot be used. */
export function promptsOf({
  config,
  tokenizer,
  chat,
  stopTokens,
}: Pick<CausalLmFiles, "config" | "tokenizer" | "chat" | "stopTokens">): PromptEncoder {
  const eosTokens = [...new Set([...config.eosTokens, ...stopTokens])];
  return chat
    ? createChatEncoder(tokenizer, chat, eosTokens)
    : createPromptEncoder(tokenizer, { bosToken: config.bosToken, eosTokens });
}
