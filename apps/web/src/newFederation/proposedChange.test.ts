import { decoderBase, encoderBase } from "@duet/lora-core/protocol/testing/baseModels";
import { expect, test } from "vitest";
import { initialForm } from "./initialForm.ts";
import { proposedChange } from "./proposedChange.ts";
import { toConfig } from "./toConfig.ts";

const filled = { ...initialForm([decoderBase, encoderBase]), name: "wards", labels: "flu\ncold" };
const choices = { method: "fdlora", preset: "private", labelVectors: "personal" } as const;

test("label vectors are taken where the base compares texts and no row is hidden, and the form is valid in every case", () => {
  const taken = (change: Partial<typeof filled>) => {
    const form = { ...filled, ...change };
    const proposed = proposedChange(form, choices);
    return [proposed.labelVectors, toConfig({ ...form, ...proposed }, 1).ok];
  };
  expect(proposedChange(filled, choices)).toEqual({ method: "fdlora/private", labelVectors: "personal" });
  expect(taken({})).toEqual(["personal", true]);
  expect(taken({ model: decoderBase })).toEqual([null, true]);
  expect(taken({ epsilon: "8" })).toEqual([null, true]);
});
