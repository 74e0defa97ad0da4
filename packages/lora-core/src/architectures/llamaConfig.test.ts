import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { decoderLinears, decoderParameters } from "./decoderConfig.ts";
import { parseLlamaConfig } from "./llamaConfig.ts";
import { UnsupportedModelError } from "./unsupportedModel.ts";

const duetTiny: object = JSON.parse(
  readFileSync(fileURLToPath(new URL("../../../../models/duet-tiny/config.json", import.meta.url)), "utf8"),
);

describe("parseLlamaConfig", () => {
  test("reads duet-tiny, whose parameters are those of its checkpoint", () => {
    const config = parseLlamaConfig(duetTiny);
    expect(config).toMatchObject({ heads: 4, keyValueHeads: 2, headWidth: 64, tiedHead: true, eosTokens: [0] });
    expect(decoderParameters(config)).toBe(3_803_392);
  });

  test("lists the linear modules in the order of the forward pass", () => {
    const linears = decoderLinears(parseLlamaConfig(duetTiny));
    expect(linears).toHaveLength(28);
    expect(linears[1]).toEqual({ name: "model.layers.0.self_attn.k_proj", inFeatures: 256, outFeatures: 128, hasBias: false });
    expect(linears[27]).toEqual({ name: "model.layers.3.mlp.down_proj", inFeatures: 640, outFeatures: 256, hasBias: false });
  });

  test("takes rope_theta from rope_parameters, as transformers 5 writes it, and all of several eos tokens", () => {
    const { rope_theta: _, ...rest } = { rope_theta: 0, ...duetTiny };
    const config = parseLlamaConfig({
      ...rest,
      rope_parameters: { rope_type: "default", rope_theta: 500_000 },
      eos_token_id: [7, 9],
    });
    expect(config.rotaryFrequencies?.[16]).toBeCloseTo(1 / Math.sqrt(500_000), 12);
    expect(config.eosTokens).toEqual([7, 9]);
  });

  test("counts biases and an untied head", () => {
    const untied = parseLlamaConfig({ ...duetTiny, tie_word_embeddings: false, attention_bias: true, mlp_bias: true });
    const attentionBiases = 256 + 128 + 128 + 256;
    const mlpBiases = 640 + 640 + 256;
    expect(decoderParameters(untied)).toBe(3_803_392 + 4096 * 256 + 4 * (attentionBiases + mlpBiases));
  });

  test.each([
    ["hidden_act", { hidden_act: "gelu" }, '"gelu"'],
    ["rope_scaling.factor", { rope_scaling: { rope_type: "llama3" } }, "nothing"],
    ["rope_scaling.type", { rope_scaling: { type: "dynamic", factor: 2 } }, '"dynamic"'],
    ["partial_rotary_factor", { partial_rotary_factor: 0.5 }, "0.5"],
    ["quantization_config", { quantization_config: { bits: 4 } }, '{"bits":4}'],
    ["rope_parameters.rope_type", { rope_parameters: { rope_type: "yarn" } }, '"yarn"'],
    ["num_key_value_heads", { num_key_value_heads: 3 }, "3"],
    ["head_dim", { head_dim: 7 }, "7"],
    ["hidden_size", { hidden_size: undefined }, "nothing"],
  ])("refuses a config by its field %s", (field, change, found) => {
    const parse = () => parseLlamaConfig({ ...duetTiny, ...change });
    expect(parse).toThrow(UnsupportedModelError);
    expect(parse).toThrow(`${field} = ${found},`);
  });
});
