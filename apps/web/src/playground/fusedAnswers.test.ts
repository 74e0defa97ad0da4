import { defaultFederation, presetOf } from "@duet/lora-core/federation/federationDefaults";
import { encoderBase } from "@duet/lora-core/protocol/testing/baseModels";
import { type FdLoraConfig, FUSION_SEARCH, fdLora } from "@duet/lora-core/strategies/fdLora";
import { expect, test } from "vitest";
import { firstFused, servedWords } from "./fusedAnswers.ts";

const config = defaultFederation({
  name: "ward",
  model: encoderBase,
  task: { kind: "label", labels: ["flu", "burn"] },
  method: fdLora.id,
  rounds: 2,
});
const preset = fdLora.presets["sends-personal"] as FdLoraConfig;
const fusedBy = (kind: "factor" | "product" | "per-layer") => ({
  ...config,
  strategy: { ...config.strategy, config: { ...preset, fusion: { ...FUSION_SEARCH, kind } } },
});
const found = { personal: 0.8, shared: 0.3 };

test("fused answers come from what the tab serves, before that from halves mixed as the federation will", () => {
  expect(firstFused(fusedBy("per-layer"), found)).toEqual({ source: "served", kind: "factor", weights: found });
  expect(firstFused(fusedBy("product"), found)).toEqual({ source: "served", kind: "product", weights: found });
  expect(firstFused(fusedBy("product"), null)).toEqual({
    source: "hand",
    kind: "product",
    weights: { personal: 0.5, shared: 0.5 },
  });
});

test("the page says how the served adapter was made", () => {
  expect(servedWords(fusedBy("factor"))).toContain("A and B of both adapters mixed separately");
  expect(servedWords(fusedBy("product"))).toContain("both updates added");
  expect(servedWords(fusedBy("per-layer"))).toContain("for each part of the layers; their means are shown");
  expect(servedWords({ ...config, strategy: presetOf("fedavg") })).toBe("The fused adapter is the shared one as it is.");
});
