import { expect, test } from "vitest";
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
