import { clientOf, snapshotOf } from "@duet/client/testing/snapshots";
import { LAYOUT_FIELD } from "@duet/lora-core/checkpoints/describedLayout";
import { expect, test } from "vitest";
import { closedDoor } from "./closedDoor.ts";

test("an open federation lets in, before it starts and while it runs", () => {
  expect(closedDoor(snapshotOf())).toBeNull();
  expect(closedDoor(snapshotOf({ phase: "collecting" }))).toBeNull();
  expect(closedDoor(snapshotOf({ joining: "approval" }))).toBeNull();
});

test.each([
  [{ phase: "finished" }, /has finished/],
  [{ phase: "stopped" }, /stopped/],
  [{ phase: "failed" }, /failed/],
  [{ joining: "closed" }, /closed to new clients/],
] as const)("%j lets nobody in, and says why", (change, words) => {
  expect(closedDoor(snapshotOf(change))?.title).toMatch(words);
});

test("a full one lets in again once somebody has left", () => {
  const { config } = snapshotOf();
  const full = { config: { ...config, maxClients: 2 } };
  expect(closedDoor(snapshotOf(full))?.title).toMatch(/full/);
  expect(closedDoor(snapshotOf({ ...full, clients: [clientOf("anna"), clientOf("bram", { status: "left" })] }))).toBeNull();
});

test("a base that no tab computes lets in clients in Python alone", () => {
  const { config } = snapshotOf();
  const described = { ...config, model: { ...config.model, config: { model_type: "mistral", [LAYOUT_FIELD]: {} } } };
  expect(closedDoor(snapshotOf({ config: described }))?.title).toMatch(/Only clients in Python/);
});
