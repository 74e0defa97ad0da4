import { describe, expect, test } from "vitest";
import { adapterLayout } from "../adapters/adapterLayout.ts";
import { LAYOUT_FIELD } from "../checkpoints/describedLayout.ts";
import { parseArchitecture, parseBase, sameArchitecture } from "./modelConfig.ts";
import { peftBase } from "./peftBase.ts";
import { DescribedModelError, UnsupportedModelError } from "./unsupportedModel.ts";

const layout = {
  family: "causal-lm",
  parameters: 1000,
  hiddenSize: 8,
  modules: [
    ["model.layers.0.self_attn.q_proj", 8, 16],
    ["model.layers.0.mlp.down_proj", 12, 8],
  ],
  targets: ["q_proj"],
  fanInFanOut: false,
  sentences: null,
};
const configOf = (changes: object = {}) => ({ model_type: "mistral", [LAYOUT_FIELD]: { ...layout, ...changes } });

describe("a base that is described", () => {
  test("has the adapters that its layout says, whatever its architecture", () => {
    const base = parseBase(configOf());
    expect(base).toMatchObject({ family: "causal-lm", kind: "described", parameters: 1000, defaultTargets: ["q_proj"] });
    const lora = { rank: 2, alpha: 4, dropout: 0, targetModules: ["q_proj"] };
    expect(adapterLayout(base.linears, lora).map(({ shape }) => shape)).toEqual([
      [2, 8],
      [16, 2],
    ]);
    expect(peftBase(base, null)).toMatchObject({ taskType: "CAUSAL_LM", fanInFanOut: false });
    expect(peftBase(parseBase(configOf({ family: "encoder" })), null)).toMatchObject({ taskType: "FEATURE_EXTRACTION" });
  });

  test("is told from another by its layout", () => {
    expect(sameArchitecture(configOf(), configOf())).toBe(true);
    expect(sameArchitecture(configOf(), configOf({ hiddenSize: 9 }))).toBe(false);
  });

  test("is computed by nobody here, also where its family would be", () => {
    expect(() => parseArchitecture(configOf())).toThrow(DescribedModelError);
    expect(() => parseArchitecture({ ...configOf(), model_type: "gpt2" })).toThrow(/Only clients in Python.*\(gpt2\)/);
  });

  test.each([
    ["modules", { modules: [] }],
    ["modules", { modules: [layout.modules[0], layout.modules[0]] }],
    ["modules", { modules: Array.from({ length: 2049 }, (_, index) => [`layer.${index}`, 1, 1]) }],
    ["modules.0.0", { modules: [["a b", 8, 8]] }],
    ["modules.0.1", { modules: [["a", 0, 8]] }],
    ["modules.0.2", { modules: [["a", 8, 1_000_001]] }],
    ["targets", { targets: [] }],
    ["family", { family: "vision" }],
    ["parameters", { parameters: 0.5 }],
  ])("is refused by its field %s", (field, changes) => {
    const parse = () => parseBase(configOf(changes));
    expect(parse).toThrow(UnsupportedModelError);
    expect(parse).toThrow(`${LAYOUT_FIELD}.${field} = `);
  });
});
