import { expect, test } from "vitest";
import { choiceOf } from "./choiceOf.ts";

const blob = new Uint8Array();
const none = { fusion: null, figures: null, merged: null };
const adapters = { ...none, round: 1, personal: blob, shared: blob, served: blob, alone: blob };
const keysOf = (...choice: Parameters<typeof choiceOf>) => choiceOf(...choice).answerers.map(({ key }) => key);

test("what was learned alone can be asked where there is some, and is first where the person uses it", () => {
  expect(keysOf({ adapters }, false)).toEqual(["base", "alone", "personal", "shared", "fused"]);
  expect(keysOf({ adapters }, true)).toEqual(["alone", "base", "personal", "shared", "fused"]);
  expect([choiceOf({ adapters }, false).first, choiceOf({ adapters }, true).first]).toEqual(["fused", "alone"]);
});

test("a choice of what is not there is none", () => {
  for (const held of [null, { ...adapters, alone: null }]) {
    expect(keysOf({ adapters: held }, true)).toEqual(["base", "personal", "shared", "fused"]);
    expect(choiceOf({ adapters: held }, true).first).toBe("fused");
  }
});
