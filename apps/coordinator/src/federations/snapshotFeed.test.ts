import type { Snapshot } from "@duet/lora-core/protocol/snapshot";
import { expect, test } from "vitest";
import type { Clock } from "../ports/clock.ts";
import { createSnapshotFeed } from "./snapshotFeed.ts";

/** Time that only moves when told to. */
function manualClock() {
  let now = 1000;
  let timers: { instant: number; callback: () => void }[] = [];
  const clock: Clock = {
    now: () => now,
    at(instant, callback) {
      const timer = { instant, callback };
      timers.push(timer);
      return () => {
        timers = timers.filter((other) => other !== timer);
      };
    },
  };
  const advance = (ms: number) => {
    now += ms;
    const due = timers.filter(({ instant }) => instant <= now);
    timers = timers.filter(({ instant }) => instant > now);
    for (const { callback } of due) callback();
  };
  return { clock, advance };
}

/** A watcher that acknowledges when told to. */
function slowWatcher() {
  const revisions: number[] = [];
  let acknowledge: () => void = () => {};
  const push = ({ revision }: Snapshot) => {
    revisions.push(revision);
    return new Promise<void>((resolve) => {
      acknowledge = resolve;
    });
  };
  return {
    watcher: { push },
    revisions,
    async acknowledge() {
      acknowledge();
      await Promise.resolve();
      await Promise.resolve();
    },
  };
}

function feedWithRevisions() {
  const { clock, advance } = manualClock();
  let revision = 0;
  const feed = createSnapshotFeed(() => ({ revision }) as Snapshot, clock);
  const change = () => {
    revision += 1;
    feed.changed();
  };
  return { feed, change, advance };
}

test("joins changes within 200 ms into one push of the newest", async () => {
  const { feed, change, advance } = feedWithRevisions();
  const { watcher, revisions, acknowledge } = slowWatcher();
  feed.subscribe(watcher);
  change();
  advance(0);
  await acknowledge();
  change();
  change();
  advance(199);
  expect(revisions).toEqual([1]);
  advance(1);
  expect(revisions).toEqual([1, 3]);
});

test("a watcher that has not acknowledged gets nothing more until it has, and then the newest", async () => {
  const { feed, change, advance } = feedWithRevisions();
  const slow = slowWatcher();
  const other = slowWatcher();
  feed.subscribe(slow.watcher);
  feed.subscribe(other.watcher);
  for (let i = 0; i < 3; i++) {
    change();
    advance(200);
    await other.acknowledge();
  }
  expect(other.revisions).toEqual([1, 2, 3]);
  expect(slow.revisions).toEqual([1]);
  await slow.acknowledge();
  expect(slow.revisions).toEqual([1, 3]);
});

test("an unsubscribed watcher gets nothing, not even what it was behind by", async () => {
  const { feed, change, advance } = feedWithRevisions();
  const { watcher, revisions, acknowledge } = slowWatcher();
  const stop = feed.subscribe(watcher);
  change();
  advance(200);
  change();
  advance(200);
  stop();
  await acknowledge();
  change();
  advance(200);
  expect(revisions).toEqual([1]);
});
