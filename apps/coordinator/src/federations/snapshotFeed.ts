/**
 * Tells everyone who watches what changed: encoded once for all who have the same, at a pace that follows its size and their number.
 * Who has not yet taken the last change gets nothing more until then, and then all that changed meanwhile in one.
 */
import { constants, gzipSync } from "node:zlib";
import { changeText } from "@duet/lora-core/protocol/changeCodec";
import type { Snapshot } from "@duet/lora-core/protocol/snapshot";
import { changeBetween, openingOf, type SnapshotChange } from "@duet/lora-core/protocol/snapshotChange";
import type { Cancel, Clock } from "../ports/clock.ts";

const MIN_INTERVAL_MS = 200;
/** At most about 16 kB/s to one watcher, and 2 MB/s or 200 pushes a second to all of a federation. */
const BYTES_PER_MS_EACH = 16;
const BYTES_PER_MS_ALL = 2000;
const MS_EACH_PUSH = 5;

export interface Watcher {
  /** Resolves when the change was applied or given up; never rejects. */
  push(change: Uint8Array): Promise<void>;
  /** It may not look on any more. */
  end(): void;
}

export interface SnapshotFeed {
  /** Something visible changed. */
  changed(): void;
  /** What it is told first begins anew. Returns how to stop. */
  subscribe(watcher: Watcher): () => void;
  close(): void;
}

interface Subscription {
  readonly watcher: Watcher;
  /** What it has, or will have once the running push is taken. */
  held: Snapshot | null;
  isBusy: boolean;
  wake: Cancel;
}

/** The fastest level: it is done on the event loop. */
const encode = (change: SnapshotChange): Uint8Array => gzipSync(changeText(change), { level: constants.Z_BEST_SPEED });

/** `currentSnapshot` is called once per push, not per watcher; snapshots share what they have in common. */
export function createSnapshotFeed(currentSnapshot: () => Snapshot, clock: Clock): SnapshotFeed {
  const subscriptions = new Set<Subscription>();
  let scheduled: Cancel | null = null;
  let nextAt = Number.NEGATIVE_INFINITY;

  const schedule = () => {
    scheduled ??= clock.at(Math.max(nextAt, clock.now()), pushAll);
  };

  function pushAll(): void {
    scheduled = null;
    const snapshot = currentSnapshot();
    const behind = [...subscriptions].filter(({ isBusy, held }) => !isBusy && held?.revision !== snapshot.revision);
    nextAt = clock.now() + MIN_INTERVAL_MS;
    const encoded = new Map<Snapshot | null, Uint8Array>();
    for (const subscription of behind) {
      const { held } = subscription;
      const content = encoded.get(held) ?? encode(held ? changeBetween(held, snapshot) : openingOf(snapshot));
      encoded.set(held, content);
      subscription.held = snapshot;
      void push(subscription, content);
    }
  }

  async function push(subscription: Subscription, content: Uint8Array): Promise<void> {
    subscription.isBusy = true;
    nextAt += Math.max(MS_EACH_PUSH, content.byteLength / BYTES_PER_MS_ALL);
    const paused = new Promise<void>((resolve) => {
      subscription.wake = clock.at(clock.now() + content.byteLength / BYTES_PER_MS_EACH, resolve);
    });
    await subscription.watcher.push(content);
    await paused;
    subscription.isBusy = false;
    if (subscriptions.has(subscription)) schedule();
  }

  const stop = (subscription: Subscription) => {
    subscriptions.delete(subscription);
    subscription.wake();
  };

  return {
    changed: schedule,
    subscribe(watcher) {
      const subscription = { watcher, held: null, isBusy: false, wake: () => {} };
      subscriptions.add(subscription);
      schedule();
      return () => stop(subscription);
    },
    close() {
      scheduled?.();
      for (const subscription of [...subscriptions]) stop(subscription);
    },
  };
}
