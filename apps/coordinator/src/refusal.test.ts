import { UnsupportedModelError } from "@duet/lora-core/architectures/unsupportedModel";
import { expect, test } from "vitest";
import { Refusal } from "./refusal.ts";

test("a refusal says a sentence of its tables, in words and as data", () => {
  const { code, message, told } = new Refusal("FEDERATION_FULL", ["federationFull", 3]);
  expect([code, message, told]).toEqual([
    "FEDERATION_FULL",
    "This federation is full: it takes 3 clients",
    ["federationFull", 3],
  ]);
  expect(new Refusal("INVALID_PAYLOAD", ["fewInSum", 3]).message).toMatch(/^A secure sum needs at least 3 clients/);
});

test("what an error has said is said again", () => {
  const error = new UnsupportedModelError("hidden_act", "sinus");
  const { message, told } = new Refusal("INVALID_PAYLOAD", error);
  expect([message, told]).toEqual([error.message, ["config", "hidden_act", "sinus"]]);
});

test("a text, another sentence and other values are type errors", () => {
  // @ts-expect-error: it is no saying.
  const text = () => new Refusal("FORBIDDEN", "This link opens no federation here");
  // @ts-expect-error: no table has it.
  const misspelled = () => new Refusal("FORBIDDEN", ["wrongLnk"]);
  // @ts-expect-error: it takes a number.
  const unfit = () => new Refusal("FEDERATION_FULL", ["federationFull", "three"]);
  // @ts-expect-error: it takes one.
  const without = () => new Refusal("FEDERATION_FULL", ["federationFull"]);
  expect([text, misspelled, unfit, without]).toHaveLength(4);
});
