import { describe, expect, it } from "vitest";
import { encoderLinears, encoderParameters, parseEncoderConfig } from "./encoderConfig.ts";
import { UnsupportedModelError } from "./unsupportedModel.ts";

const json = {
  model_type: "use-lite",
  vocab_size: 30,
  embedding_size: 8,
  hidden_size: 12,
  intermediate_size: 20,
  num_hidden_layers: 2,
  num_attention_heads: 2,
  hidden_act: "relu",
  layer_norm_eps: 1e-6,
  max_position_embeddings: 16,
  unk_token_id: 0,
};

describe("encoderConfig", () => {
  it("names the linear modules in the order of the forward pass, with a residual where the width changes", () => {
    const linears = encoderLinears(parseEncoderConfig(json));
    expect(linears.map(({ name, inFeatures, outFeatures }) => `${name} ${inFeatures} ${outFeatures}`)).toEqual([
      "layers.0.attention.qkv 8 24",
      "layers.0.attention.output 8 12",
      "layers.0.residual 8 12",
      "layers.0.mlp.up 12 20",
      "layers.0.mlp.down 20 12",
      "layers.1.attention.qkv 12 36",
      "layers.1.attention.output 12 12",
      "layers.1.mlp.up 12 20",
      "layers.1.mlp.down 20 12",
      "pooler 12 12",
    ]);
  });

  it("counts embeddings, weights, biases and norms", () => {
    const layer0 = 9 * 24 + 9 * 12 + 9 * 12 + 13 * 20 + 21 * 12 + 2 * (8 + 12);
    const layer1 = 13 * 36 + 13 * 12 + 13 * 20 + 21 * 12 + 2 * (12 + 12);
    expect(encoderParameters(parseEncoderConfig(json))).toBe(30 * 8 + layer0 + layer1 + 13 * 12);
  });

  it.each([
    ["hidden_act", { hidden_act: "gelu" }, 'hidden_act = "gelu"'],
    ["vocab_size", { vocab_size: "many" }, 'vocab_size = "many"'],
    ["num_hidden_layers", { num_hidden_layers: undefined }, "num_hidden_layers = nothing"],
    ["hidden_size", { hidden_size: 13 }, "hidden_size = 13"],
    ["unk_token_id", { unk_token_id: 30 }, "unk_token_id = 30"],
  ])("refuses a wrong %s by name", (field, change, words) => {
    const parse = () => parseEncoderConfig({ ...json, ...change });
    expect(parse).toThrow(UnsupportedModelError);
    expect(parse).toThrow(words);
    expect(parse).toThrow(expect.objectContaining({ field }));
  });
});
