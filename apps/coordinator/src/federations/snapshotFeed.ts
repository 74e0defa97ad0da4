/** Pushes snapshots to everyone who watches: at most five a second, the newest wins, one unacknowledged push per watcher. */
import type { Snapshot } from "@duet/lora-core/protocol/snapshot";
import type { Cancel, Clock } from "../ports/clock.ts";

const INTERVAL_MS = 200;

export interface Watcher {
  /** Resolves when the push was acknowledged or given up; never rejects. */
  push(snapshot: Snapshot): Promise<void>;
}

export interface SnapshotFeed {
  /** Something visible changed. */
  changed(): void;
  /** Returns how to stop. */
  subscribe(watcher: Watcher): () => void;
  close(): void;
}

/** `currentSnapshot` is called once per push, not per watcher. */
export function createSnapshotFeed(currentSnapshot: () => Snapshot, clock: Clock): SnapshotFeed {
  const busy = new Map<Watcher, boolean>();
  const behind = new Set<Watcher>();
  let scheduled: Cancel | null = null;
  let lastPushAt = Number.NEGATIVE_INFINITY;

  const push = (watcher: Watcher, snapshot: Snapshot): void => {
    if (busy.get(watcher)) {
      behind.add(watcher);
      return;
    }
    busy.set(watcher, true);
    watcher.push(snapshot).then(() => {
      if (!busy.has(watcher)) return;
      busy.set(watcher, false);
      if (behind.delete(watcher)) push(watcher, currentSnapshot());
    });
  };

  const pushAll = () => {
    scheduled = null;
    lastPushAt = clock.now();
    if (busy.size === 0) return;
    const snapshot = currentSnapshot();
    for (const watcher of [...busy.keys()]) push(watcher, snapshot);
  };

  return {
    changed() {
      scheduled ??= clock.at(lastPushAt + INTERVAL_MS, pushAll);
    },
    subscribe(watcher) {
      busy.set(watcher, false);
      return () => {
        busy.delete(watcher);
        behind.delete(watcher);
      };
    },
    close() {
      scheduled?.();
      busy.clear();
      behind.clear();
    },
  };
}
