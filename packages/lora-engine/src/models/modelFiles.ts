/** A base model in host memory, from whichever files it came. */
import type { NamedTensors } from "@duet/lora-core/tensors/namedTensors";
import type { ChatTemplate } from "./chatTemplate.ts";

export interface ModelFiles {
  /** What config.json says. */
  readonly config: unknown;
  /** What tokenizer.json says. */
  readonly tokenizer: unknown;
  /** How an instruction model is talked to; null for a base model, which gets the plain format of causalLm/prompt.ts. */
  readonly chat: ChatTemplate | null;
  /** Tokens that end a text according to generation_config.json; none where there is no such file. Those of config.json do, too. */
  readonly stopTokens: readonly number[];
  /** Tensors by their names in the checkpoint. `data` may be decoded at every access: read it once. */
  readonly weights: NamedTensors;
}
