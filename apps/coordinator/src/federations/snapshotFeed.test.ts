import { randomBytes } from "node:crypto";
import { decodeChange } from "@duet/lora-core/protocol/changeCodec";
import type { Snapshot } from "@duet/lora-core/protocol/snapshot";
import { expect, test } from "vitest";
import { testConfig } from "../../test/support/federations.ts";
import { createManualClock } from "../../test/support/manualClock.ts";
import type { Clock } from "../ports/clock.ts";
import { createSnapshotFeed } from "./snapshotFeed.ts";

/** A watcher that takes a change when told to. */
function slowWatcher() {
  const contents: Uint8Array[] = [];
  let take: () => void = () => {};
  const push = (content: Uint8Array) => {
    contents.push(content);
    return new Promise<void>((resolve) => {
      take = resolve;
    });
  };
  /** From which revision to which, of every change so far. */
  const changes = async () => {
    const all = await Promise.all(contents.map((content) => decodeChange(new Uint8Array(content))));
    return all.map(({ since, revision }) => [since, revision]);
  };
  return { watcher: { push, end: () => {} }, contents, changes, take: () => take() };
}

function feedWithRevisions({ clock, advance } = createManualClock()) {
  let snapshot: Snapshot = {
    federationId: "f",
    revision: 1,
    config: testConfig(),
    phase: "waiting",
    note: "Waiting.",
    createdAt: 0,
    endedAt: null,
    joining: "open",
    waiting: 0,
    openRound: null,
    rounds: [],
    moduleErrors: [],
    clients: [],
    events: [],
    adapterBytes: 8,
    modelBytes: 80,
  };
  const feed = createSnapshotFeed(() => snapshot, clock);
  const change = (note = `Change ${snapshot.revision + 1}.`) => {
    snapshot = { ...snapshot, revision: snapshot.revision + 1, note };
    feed.changed();
  };
  const open = (participants: string[]) => {
    const openRound = { round: 1, attempt: 1, participants, submitted: [], deadlineAt: null, exchange: null };
    snapshot = { ...snapshot, revision: snapshot.revision + 1, phase: "collecting", openRound };
    feed.changed();
  };
  /** Time passes, in pieces, with room for what follows from each. */
  const pass = async (ms: number) => {
    for (let passed = 0; passed < ms; passed += 50) {
      advance(50);
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  return { feed, change, open, pass };
}

const has = async (watcher: ReturnType<typeof slowWatcher>, expected: unknown) =>
  expect(await watcher.changes()).toEqual(expected);

test("a new watcher is told from the beginning, then what changed, joined within 200 ms", async () => {
  const { feed, change, pass } = feedWithRevisions();
  const anna = slowWatcher();
  feed.subscribe(anna.watcher);
  await pass(50);
  await has(anna, [[null, 1]]);
  anna.take();
  await pass(200);
  change();
  await pass(50);
  await has(anna, [
    [null, 1],
    [1, 2],
  ]);
  anna.take();
  change();
  change();
  await pass(100);
  expect(await anna.changes()).toHaveLength(2);
  await pass(200);
  await has(anna, [
    [null, 1],
    [1, 2],
    [2, 4],
  ]);
});

test("who knows everything is told nothing, however long they wait, also of their own part", async () => {
  const { feed, change, pass } = feedWithRevisions();
  const [anna, ben] = [slowWatcher(), slowWatcher()];
  feed.subscribe(anna.watcher);
  feed.subscribe(ben.watcher, "ben");
  await pass(50);
  for (const watcher of [anna, ben]) watcher.take();
  await pass(2000);
  expect([anna.contents.length, ben.contents.length]).toEqual([1, 1]);
  change();
  await pass(250);
  anna.take();
  await pass(2000);
  // A new note is nothing of Ben's.
  expect([anna.contents.length, ben.contents.length]).toEqual([2, 1]);
});

test("who has not taken the last change gets nothing more until then, and then all in one", async () => {
  const { feed, change, pass } = feedWithRevisions();
  const [slow, other] = [slowWatcher(), slowWatcher()];
  feed.subscribe(slow.watcher);
  feed.subscribe(other.watcher);
  await pass(250);
  for (let revision = 2; revision <= 4; revision++) {
    other.take();
    change();
    await pass(250);
    expect((await other.changes()).at(-1)).toEqual([revision - 1, revision]);
  }
  expect(await slow.changes()).toEqual([[null, 1]]);
  slow.take();
  await pass(450);
  await has(slow, [
    [null, 1],
    [1, 4],
  ]);
});

test("what many need is encoded once", async () => {
  const { feed, change, pass } = feedWithRevisions();
  const watchers = Array.from({ length: 20 }, slowWatcher);
  for (const { watcher } of watchers) feed.subscribe(watcher);
  await pass(50);
  for (const watcher of watchers) await has(watcher, [[null, 1]]);
  for (const { take } of watchers) take();
  await pass(200);
  change();
  await pass(250);
  for (const watcher of watchers)
    await has(watcher, [
      [null, 1],
      [1, 2],
    ]);
  expect(new Set(watchers.map(({ contents }) => contents[1])).size).toBe(1);
});

test("who is told of one client alone hears nothing of what does not matter to it, and everything else as others do", async () => {
  const { feed, change, open, pass } = feedWithRevisions();
  const [anna, watcher] = [slowWatcher(), slowWatcher()];
  feed.subscribe(anna.watcher, "anna");
  feed.subscribe(watcher.watcher);
  await pass(50);
  for (const { take } of [anna, watcher]) take();
  for (let count = 0; count < 3; count++) {
    change();
    await pass(250);
    watcher.take();
  }
  await has(anna, [[null, 1]]);
  expect(await watcher.changes()).toHaveLength(4);
  open(["bram", "anna"]);
  await pass(250);
  await has(anna, [
    [null, 1],
    [1, 5],
  ]);
  const [, opened] = await Promise.all(anna.contents.map((content) => decodeChange(new Uint8Array(content))));
  expect(opened?.head.openRound).toMatchObject({ round: 1, participants: ["anna"], submitted: [] });
});

test("many who are told of themselves are told in several goes, each of them", async () => {
  const { feed, open, pass } = feedWithRevisions();
  const names = Array.from({ length: 90 }, (_, index) => `client${index}`);
  const watchers = names.map((name) => {
    const watcher = slowWatcher();
    feed.subscribe(watcher.watcher, name);
    return watcher;
  });
  await pass(400);
  for (const { take } of watchers) take();
  open(names);
  await pass(600);
  for (const watcher of watchers)
    await has(watcher, [
      [null, 1],
      [1, 2],
    ]);
});

test("large changes come more rarely: at most 16 kB a second to one watcher", async () => {
  const { feed, change, pass } = feedWithRevisions();
  const anna = slowWatcher();
  feed.subscribe({
    end: () => {},
    push: async (content) => {
      anna.contents.push(content);
    },
  });
  await pass(250);
  for (let second = 0; second < 60; second++) {
    // Random bytes do not compress: about 4 kB each time.
    change(randomBytes(3000).toString("base64"));
    await pass(250);
  }
  const sent = anna.contents.slice(1).reduce((sum, { byteLength }) => sum + byteLength, 0);
  expect(sent / 15).toBeLessThan(16_500);
  expect(sent / 15).toBeGreaterThan(8_000);
  expect((await anna.changes()).at(-1)?.[1]).toBeGreaterThan(55);
});

test("who has stopped watching gets nothing, not even what it was behind by", async () => {
  const { feed, change, pass } = feedWithRevisions();
  const anna = slowWatcher();
  const stop = feed.subscribe(anna.watcher);
  await pass(50);
  await has(anna, [[null, 1]]);
  change();
  await pass(250);
  stop();
  anna.take();
  change();
  await pass(500);
  expect(await anna.changes()).toEqual([[null, 1]]);
});

test("what there is to see is found out in one turn of the event loop, and told in the next", () => {
  const turns: (() => void)[] = [];
  const clock: Clock = {
    now: () => 0,
    at(_, callback) {
      turns.push(callback);
      return () => {};
    },
  };
  const { feed } = feedWithRevisions({ clock, advance: () => {} });
  const anna = slowWatcher();
  feed.subscribe(anna.watcher);
  turns.shift()?.();
  expect(anna.contents).toHaveLength(0);
  turns.shift()?.();
  expect(anna.contents).toHaveLength(1);
});
