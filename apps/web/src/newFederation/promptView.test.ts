import { decoderBase, encoderBase } from "@duet/lora-core/protocol/testing/baseModels";
import { expect, test } from "vitest";
import { promptView } from "./promptView.ts";

test("a decoder reads a prompt and answers after it, with the first of the labels as an example", () => {
  const form = { model: decoderBase, kind: "label", labels: "urgent\nroutine" } as const;
  expect(promptView(form)).toMatchObject({ prompt: "{input}\nAnswer:", answer: "urgent" });
  expect(promptView({ ...form, labels: "" })?.answer).toBe("{label}");
  expect(promptView({ ...form, kind: "text" })?.answer).toBe("{answer}");
});

test("an encoder reads the input alone, and before a base is chosen there is nothing to say", () => {
  expect(promptView({ model: encoderBase, kind: "label", labels: "a\nb" })).toMatchObject({ prompt: "{input}", answer: null });
  expect(promptView({ model: null, kind: "label", labels: "a\nb" })).toBeNull();
});
