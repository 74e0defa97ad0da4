import { describe, expect, test } from "vitest";
import { parseArchitecture } from "./modelConfig.ts";
import { UnsupportedModelError } from "./unsupportedModel.ts";

/** What the published config.json files say where it matters, and how many parameters their model cards and checkpoints have. */
const smolLm2 = {
  model_type: "llama",
  vocab_size: 49_152,
  hidden_size: 576,
  intermediate_size: 1536,
  num_hidden_layers: 30,
  num_attention_heads: 9,
  num_key_value_heads: 3,
  max_position_embeddings: 8192,
  rms_norm_eps: 1e-5,
  rope_scaling: null,
  rope_theta: 100_000,
  tie_word_embeddings: true,
  bos_token_id: 1,
  eos_token_id: 2,
};
const llama32 = {
  model_type: "llama",
  vocab_size: 128_256,
  hidden_size: 2048,
  intermediate_size: 8192,
  num_hidden_layers: 16,
  num_attention_heads: 32,
  num_key_value_heads: 8,
  head_dim: 64,
  max_position_embeddings: 131_072,
  rope_scaling: {
    factor: 32,
    high_freq_factor: 4,
    low_freq_factor: 1,
    original_max_position_embeddings: 8192,
    rope_type: "llama3",
  },
  rope_theta: 500_000,
  tie_word_embeddings: true,
  bos_token_id: 128_000,
  eos_token_id: [128_001, 128_008, 128_009],
};
const qwen25 = {
  model_type: "qwen2",
  vocab_size: 151_936,
  hidden_size: 896,
  intermediate_size: 4864,
  num_hidden_layers: 24,
  num_attention_heads: 14,
  num_key_value_heads: 2,
  rope_theta: 1_000_000,
  sliding_window: 32_768,
  use_sliding_window: false,
  tie_word_embeddings: true,
  bos_token_id: 151_643,
  eos_token_id: 151_643,
};
const qwen3 = {
  model_type: "qwen3",
  vocab_size: 151_936,
  hidden_size: 1024,
  intermediate_size: 3072,
  num_hidden_layers: 28,
  num_attention_heads: 16,
  num_key_value_heads: 8,
  head_dim: 128,
  attention_bias: false,
  rope_theta: 1_000_000,
  tie_word_embeddings: true,
  bos_token_id: 151_643,
  eos_token_id: 151_645,
};
const gpt2 = {
  model_type: "gpt2",
  vocab_size: 50_257,
  n_embd: 768,
  n_layer: 12,
  n_head: 12,
  n_positions: 1024,
  n_ctx: 1024,
  activation_function: "gelu_new",
  bos_token_id: 50_256,
  eos_token_id: 50_256,
};

const everyLlamaLinear = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"];

describe("parseArchitecture", () => {
  test.each([
    ["SmolLM2-135M", smolLm2, 134_515_008, everyLlamaLinear],
    ["Llama-3.2-1B", llama32, 1_235_814_400, everyLlamaLinear],
    ["Qwen2.5-0.5B", qwen25, 494_032_768, everyLlamaLinear],
    ["Qwen3-0.6B", qwen3, 596_049_920, everyLlamaLinear],
    ["gpt2", gpt2, 124_439_808, ["c_attn", "c_proj", "c_fc"]],
  ])("knows %s by its published config and counts its parameters", (_, json, parameters, targets) => {
    const architecture = parseArchitecture(json);
    expect(architecture.family).toBe("causal-lm");
    expect(architecture.parameters).toBe(parameters);
    expect(architecture.defaultTargets).toEqual(targets);
  });

  test("GPT-2's modules have their names and widths in transformers", () => {
    const { linears } = parseArchitecture(gpt2);
    expect(linears.slice(0, 4)).toMatchObject([
      { name: "transformer.h.0.attn.c_attn", inFeatures: 768, outFeatures: 2304 },
      { name: "transformer.h.0.attn.c_proj", inFeatures: 768, outFeatures: 768 },
      { name: "transformer.h.0.mlp.c_fc", inFeatures: 768, outFeatures: 3072 },
      { name: "transformer.h.0.mlp.c_proj", inFeatures: 3072, outFeatures: 768 },
    ]);
    expect(linears).toHaveLength(48);
  });

  test.each([
    ["model_type", { ...smolLm2, model_type: "mixtral" }, '"mixtral"'],
    ["use_sliding_window", { ...qwen25, use_sliding_window: true }, "true"],
    ["layer_types.1", { ...qwen3, layer_types: ["full_attention", "sliding_attention"] }, '"sliding_attention"'],
    ["head_dim", { ...qwen3, head_dim: 7 }, "7"],
    ["activation_function", { ...gpt2, activation_function: "relu" }, '"relu"'],
    ["scale_attn_by_inverse_layer_idx", { ...gpt2, scale_attn_by_inverse_layer_idx: true }, "true"],
    ["n_head", { ...gpt2, n_head: 7 }, "7"],
    ["eos_token_id", { ...qwen3, eos_token_id: undefined }, "nothing"],
  ])("refuses a config by its field %s", (field, json, found) => {
    const parse = () => parseArchitecture(json);
    expect(parse).toThrow(UnsupportedModelError);
    expect(parse).toThrow(`${field} = ${found},`);
  });
});
