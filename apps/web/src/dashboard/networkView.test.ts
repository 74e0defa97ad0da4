import { clientOf, collecting, roundOf, snapshotOf } from "@duet/client/testing/snapshots";
import { uploadSize } from "@duet/lora-core/federation/uploadSize";
import { expect, test } from "vitest";
import { roundTraffic } from "./networkView.ts";

test("a round's bytes are those of one client, and of as many as were asked in the newest", () => {
  const snapshot = collecting(2, { adapterBytes: 400_000 });
  const sent = uploadSize(snapshot.config, 1);
  expect(sent).toBeGreaterThan(10_000);
  expect(roundTraffic(snapshot)).toEqual({ sent, received: 400_000, all: 2 * (sent + 400_000), clients: 2 });
});

test("before the first exchange it is that of all who are there", () => {
  const clients = ["anna", "bram", "chen", "dana"].map((id) => clientOf(id, id === "dana" ? { status: "left" } : {}));
  expect(roundTraffic(snapshotOf({ clients, rounds: [roundOf(0, { participants: ["anna"] })] }))?.clients).toBe(3);
});
