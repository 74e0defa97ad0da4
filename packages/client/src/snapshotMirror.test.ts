import { gzipSync } from "node:zlib";
import { changeText } from "@duet/lora-core/protocol/changeCodec";
import type { Snapshot } from "@duet/lora-core/protocol/snapshot";
import { changeBetween, historyBefore, openingOf, type SnapshotChange } from "@duet/lora-core/protocol/snapshotChange";
import { expect, test, vi } from "vitest";
import { createSnapshotMirror } from "./snapshotMirror.ts";
import { clientOf, metricsOf, roundOf, snapshotOf } from "./testing/snapshots.ts";

const encode = (change: SnapshotChange) => new Uint8Array(gzipSync(changeText(change)));

/** A mirror of a federation whose older rounds are fetched from `whole`. */
function mirrored(whole = snapshotOf()) {
  const seen: Snapshot[] = [];
  const gaps: string[] = [];
  const fetchHistory = vi.fn(async (_: string, before: number) => historyBefore(whole, before));
  const mirror = createSnapshotMirror({
    onSnapshot: (snapshot) => seen.push(snapshot),
    onGap: (federationId) => gaps.push(federationId),
    fetchHistory,
  });
  return { mirror, seen, gaps, fetchHistory };
}

const first = snapshotOf({ revision: 1 });
const second = snapshotOf({ revision: 2, note: "Round 1 is open.", clients: [clientOf("anna")] });
const third = snapshotOf({ revision: 3, note: "Round 2 is open.", clients: [clientOf("anna", { note: "left" })] });

test("changes are applied one after another, in the order in which they came", async () => {
  const { mirror, seen } = mirrored();
  const pushes = [openingOf(first), changeBetween(first, second), changeBetween(second, third)];
  await Promise.all(pushes.map((change) => mirror.receive(encode(change))));
  expect(seen).toEqual([first, second, third]);
});

test("a change that does not fit asks for a new beginning", async () => {
  const { mirror, seen, gaps } = mirrored();
  await mirror.receive(encode(openingOf(first)));
  await mirror.receive(encode(changeBetween(second, third)));
  expect(gaps).toEqual(["f1"]);
  await mirror.receive(encode(openingOf(third)));
  expect(seen).toEqual([first, third]);
});

test("what is no change is dropped, and the next ones still count", async () => {
  const { mirror, seen, gaps } = mirrored();
  await mirror.receive(new Uint8Array([1, 2, 3]));
  await mirror.receive(new Uint8Array(gzipSync('{"federationId":"f1"}')));
  await mirror.receive(encode(openingOf(first)));
  expect(seen).toEqual([first]);
  expect(gaps).toEqual([]);
});

test("older rounds are fetched piece by piece until all are there", async () => {
  const rounds = Array.from({ length: 900 }, (_, i) => roundOf(i + 1));
  const history = rounds.map(({ round }) => ({ round, metrics: metricsOf({ trainLoss: round }), standing: null }));
  const whole = snapshotOf({ rounds, clients: [clientOf("anna", { history })] });
  const { mirror, seen, fetchHistory } = mirrored(whole);
  await mirror.receive(encode(openingOf(whole)));
  await vi.waitFor(() => expect(seen.at(-1)?.rounds).toHaveLength(900));
  expect(seen.at(-1)).toEqual(whole);
  expect(fetchHistory.mock.calls).toEqual([
    ["f1", 898],
    ["f1", 398],
  ]);
});

test("history that cannot be had leaves the newest rounds, and the next push still counts", async () => {
  const whole = snapshotOf({ rounds: Array.from({ length: 9 }, (_, i) => roundOf(i + 1)), revision: 1 });
  const { mirror, seen, fetchHistory } = mirrored(whole);
  fetchHistory.mockRejectedValue(new Error("gone"));
  await mirror.receive(encode(openingOf(whole)));
  await mirror.receive(encode(changeBetween(whole, { ...whole, revision: 2, note: "On." })));
  expect(seen.at(-1)).toMatchObject({ note: "On.", rounds: [{ round: 7 }, { round: 8 }, { round: 9 }] });
});

test("who waits for a revision gets the first snapshot from it on, or the reason why none comes", async () => {
  const { mirror } = mirrored();
  const waiting = mirror.from("f1", 2);
  await mirror.receive(encode(openingOf(first)));
  await mirror.receive(encode(changeBetween(first, second)));
  expect(await waiting).toEqual(second);
  expect(await mirror.from("f1", 1)).toEqual(second);
  const inVain = mirror.from("f1", 3);
  mirror.forget(new Error("The connection was lost"));
  await expect(inVain).rejects.toThrow("The connection was lost");
  await mirror.receive(encode(changeBetween(second, third)));
  await mirror.receive(encode(openingOf(third)));
  expect(await mirror.from("f1", 3)).toEqual(third);
});
