/** Base models as a federation's config has them, for tests that need no weights. */
import type { BaseModel } from "../baseModel.ts";

const file = (path: string, digit: string) => ({ path, bytes: 1000, sha256: digit.repeat(64) });
const files = [file("config.json", "a"), file("tokenizer.json", "b"), file("model.safetensors", "c")];

/** The architecture of use-lite: 7 M parameters. */
export const encoderBase: BaseModel = {
  name: "use-lite",
  source: { kind: "coordinator", id: "use-lite" },
  files,
  config: {
    model_type: "use-lite",
    vocab_size: 8002,
    embedding_size: 256,
    hidden_size: 512,
    intermediate_size: 1536,
    num_hidden_layers: 2,
    num_attention_heads: 4,
    hidden_act: "relu",
    layer_norm_eps: 1e-6,
    max_position_embeddings: 128,
    unk_token_id: 0,
  },
};

/** A decoder of the Llama family. */
export const decoderBase: BaseModel = {
  name: "duet-tiny",
  source: { kind: "coordinator", id: "duet-tiny" },
  files,
  config: {
    model_type: "llama",
    vocab_size: 4096,
    hidden_size: 256,
    intermediate_size: 640,
    num_hidden_layers: 4,
    num_attention_heads: 4,
    num_key_value_heads: 2,
    eos_token_id: 0,
  },
};
