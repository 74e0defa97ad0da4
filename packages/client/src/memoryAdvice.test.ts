import { adapterLayout, layoutBytes } from "@duet/lora-core/adapters/adapterLayout";
import { parseArchitecture } from "@duet/lora-core/architectures/modelConfig";
import { defaultFederation } from "@duet/lora-core/federation/federationDefaults";
import { encoderBase } from "@duet/lora-core/protocol/testing/baseModels";
import { expect, test } from "vitest";
import { adviceFor } from "./memoryAdvice.ts";

const NO_LIMITS = { bytes: null, tensorBytes: null, weightBytes: null };
const configOf = (preset: string, alone: boolean) =>
  defaultFederation({
    ...{ name: "x", model: encoderBase, task: { kind: "label" as const, labels: ["a", "b"] } },
    ...{ method: "fedrod", preset, alone },
  });
const neededBy = (preset: string, alone = false) => adviceFor(configOf(preset, alone), NO_LIMITS).needed;

test("two adapters on the same batches are counted twice, with their moments and a gradient; one after the other once", () => {
  const { adapter } = configOf("standard", false);
  const bytes = layoutBytes(adapterLayout(parseArchitecture(encoderBase.config).linears, adapter));
  expect(neededBy("together") - neededBy("standard")).toBeCloseTo(1.2 * 4 * bytes, 0);
  expect(neededBy("standard", true)).toBe(neededBy("standard"));
});
