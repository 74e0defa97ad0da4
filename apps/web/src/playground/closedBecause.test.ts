import type { SessionStage } from "@duet/client/sessionState";
import { explain } from "@duet/lora-core/errors/duetError";
import { expect, test } from "vitest";
import { closedBecause } from "./closedBecause.ts";

const samples = { train: 8, fusion: 4, test: 4 };
const adapters = {
  round: 0,
  personal: new Uint8Array(),
  shared: new Uint8Array(),
  fusion: null,
  figures: null,
  merged: null,
  served: null,
  alone: null,
};
const at = (stage: SessionStage) => closedBecause({ stage, samples, adapters });

test("the playground is open between rounds and after the last", () => {
  expect(at({ kind: "waiting" })).toBeNull();
  expect(at({ kind: "finished", note: "done" })).toBeNull();
});

test("it says why it is closed", () => {
  expect(at({ kind: "working", round: 1, progress: null })).toMatch(/^This tab is training\./);
  expect(at({ kind: "submitting", round: 1 })).toMatch(/between rounds/);
  expect(at({ kind: "preparing" })).toMatch(/being loaded/);
  expect(at({ kind: "removed", reason: "left", why: "gone" })).toMatch(/no longer takes part.* cannot come back/);
  expect(at({ kind: "failed", failure: explain(new Error("out of memory")) })).toMatch(/Reload the page to come back/);
  expect(closedBecause({ stage: { kind: "waiting" }, samples, adapters: null })).toMatch(/after the first round/);
  expect(closedBecause({ stage: { kind: "waiting" }, samples: null, adapters: null })).toMatch(/^No data/);
});
