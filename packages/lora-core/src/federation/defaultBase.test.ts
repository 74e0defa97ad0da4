import { expect, test } from "vitest";
import { LAYOUT_FIELD } from "../checkpoints/describedLayout.ts";
import { decoderBase, encoderBase } from "../protocol/testing/baseModels.ts";
import { DEFAULT_BASE, isFitFor, proposedBase } from "./defaultBase.ts";

const defaultDecoder = { ...decoderBase, name: DEFAULT_BASE.text };

test("the default is proposed wherever it stands in the list", () => {
  expect(proposedBase([decoderBase, encoderBase], "label")).toBe(encoderBase);
  expect(proposedBase([encoderBase, decoderBase, defaultDecoder], "text")).toBe(defaultDecoder);
});

test("without it the first that is fit is, and nothing where none is", () => {
  expect(proposedBase([decoderBase], "label")).toBe(decoderBase);
  expect(proposedBase([encoderBase, decoderBase], "text")).toBe(decoderBase);
  expect(proposedBase([encoderBase], "text")).toBeNull();
});

test("an encoder cannot write", () => {
  expect([isFitFor("text", encoderBase), isFitFor("text", decoderBase), isFitFor("label", encoderBase)]).toEqual([
    false,
    true,
    true,
  ]);
});

test("a base that is only described is proposed to no page", () => {
  const modules = [["layer.0.up", 4, 6]];
  const layout = {
    family: "causal-lm",
    parameters: 1,
    hiddenSize: 4,
    modules,
    targets: ["up"],
    fanInFanOut: false,
    sentences: null,
  };
  const described = { ...decoderBase, config: { ...decoderBase.config, [LAYOUT_FIELD]: layout } };
  expect([isFitFor("label", described), isFitFor("text", described)]).toEqual([false, false]);
  expect(proposedBase([described, encoderBase], "label")).toBe(encoderBase);
});
