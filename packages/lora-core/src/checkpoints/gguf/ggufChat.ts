/** The chat template in a GGUF file's metadata, with the pieces it may refer to. */
import type { GgufMetadata } from "./ggufHeader.ts";

interface GgufChat {
  readonly source: string;
  readonly bosToken: string | null;
  readonly eosToken: string | null;
}

/** Null for a base model. */
export function ggufChat(metadata: GgufMetadata): GgufChat | null {
  const source = metadata.get("tokenizer.chat_template");
  if (typeof source !== "string") return null;
  const tokens = metadata.get("tokenizer.ggml.tokens");
  const pieceOf = (key: string) => {
    const id = metadata.get(`tokenizer.ggml.${key}`);
    const piece = Array.isArray(tokens) && id !== undefined ? tokens[Number(id)] : undefined;
    return typeof piece === "string" ? piece : null;
  };
  return { source, bosToken: pieceOf("bos_token_id"), eosToken: pieceOf("eos_token_id") };
}
