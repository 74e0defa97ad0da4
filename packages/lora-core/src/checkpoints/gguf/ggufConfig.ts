/** The architecture in a GGUF file's metadata, as the config.json that the same model has on a Hugging Face hub. */
import { GgufError } from "./ggufError.ts";
import type { GgufMetadata } from "./ggufHeader.ts";

/** Architectures whose tensors are named as in ggufTensors.ts. */
export const GGUF_ARCHITECTURES: readonly string[] = ["llama", "qwen2", "qwen3"];
/** Pre-tokenizers whose models expect <bos> where the file does not say. */
const startsWithBos: readonly string[] = ["llama-bpe", "llama3"];

/** What the architecture can be told from: a file, or its header alone. */
interface Described {
  readonly metadata: GgufMetadata;
  readonly shapes: ReadonlyMap<string, readonly number[]>;
  readonly ropeFactors: readonly number[] | null;
}

/** What config.json would say; `parseArchitecture` judges it. @throws {GgufError} for another architecture or a missing field. */
export function ggufConfig({ metadata, shapes, ropeFactors }: Described): Readonly<Record<string, unknown>> {
  const type = textOf(metadata, "general.architecture");
  if (!GGUF_ARCHITECTURES.includes(type)) throw new GgufError(["otherArchitecture", type, GGUF_ARCHITECTURES.join(", ")]);
  const count = (key: string) => numberOf(metadata, `${type}.${key}`);
  const optional = (key: string) => (metadata.has(`${type}.${key}`) ? count(key) : undefined);
  if ((optional("expert_count") ?? 0) > 0) throw new GgufError(["mixture"]);

  const heads = count("attention.head_count");
  const headWidth = optional("attention.key_length") ?? count("embedding_length") / heads;
  const rotated = optional("rope.dimension_count") ?? headWidth;
  if (rotated !== headWidth) throw new GgufError(["partlyRotated", rotated, headWidth]);
  return {
    model_type: type,
    vocab_size: shapes.get("token_embd.weight")?.[0],
    hidden_size: count("embedding_length"),
    intermediate_size: count("feed_forward_length"),
    num_hidden_layers: count("block_count"),
    num_attention_heads: heads,
    num_key_value_heads: optional("attention.head_count_kv") ?? heads,
    head_dim: headWidth,
    max_position_embeddings: count("context_length"),
    rms_norm_eps: count("attention.layer_norm_rms_epsilon"),
    rope_theta: optional("rope.freq_base") ?? 10_000,
    rope_scaling: ropeFactors ? { rope_type: "factors", factors: ropeFactors } : ropeScaling(metadata, type),
    tie_word_embeddings: !shapes.has("output.weight"),
    attention_bias: shapes.has("blk.0.attn_q.bias"),
    mlp_bias: shapes.has("blk.0.ffn_up.bias"),
    hidden_act: "silu",
    bos_token_id: readsBos(metadata) ? numberOf(metadata, "tokenizer.ggml.bos_token_id") : null,
    eos_token_id: endTokens(metadata),
  };
}

/** A text of the metadata. @throws {GgufError} when it is missing or something else. */
export function textOf(metadata: GgufMetadata, key: string): string {
  const value = metadata.get(key);
  if (typeof value !== "string") throw new GgufError(["noText", key]);
  return value;
}

function numberOf(metadata: GgufMetadata, key: string): number {
  const value = metadata.get(key);
  const number = typeof value === "bigint" ? Number(value) : value;
  if (typeof number !== "number") throw new GgufError(["noNumber", key]);
  return number;
}

/** What ends a text, then what ends a turn or a message where the file says that it is something else. */
function endTokens(metadata: GgufMetadata): readonly number[] {
  const others = ["tokenizer.ggml.eot_token_id", "tokenizer.ggml.eom_token_id"].filter((key) => metadata.has(key));
  return [...new Set(["tokenizer.ggml.eos_token_id", ...others].map((key) => numberOf(metadata, key)))];
}

function ropeScaling(metadata: GgufMetadata, type: string): object | null {
  const kind = metadata.get(`${type}.rope.scaling.type`) ?? "none";
  if (kind === "none") return null;
  return { rope_type: kind, factor: metadata.get(`${type}.rope.scaling.factor`) };
}

/** Files that say nothing are read as llama.cpp does. */
function readsBos(metadata: GgufMetadata): boolean {
  return Boolean(
    metadata.get("tokenizer.ggml.add_bos_token") ?? startsWithBos.includes(String(metadata.get("tokenizer.ggml.pre"))),
  );
}
