/**
 * Tells everyone who watches what changed: encoded once for all who may see the same and have the same, at a pace that follows its size and their number.
 * Who has not yet taken the last change gets nothing more until then, and then all that changed meanwhile in one. Who is told of one
 * client alone hears nothing of what does not matter to that one.
 */
import { constants, gzipSync } from "node:zlib";
import { seenBy } from "@duet/lora-core/protocol/audience";
import { changeText, MIN_GZIP_LENGTH } from "@duet/lora-core/protocol/changeCodec";
import type { Audience } from "@duet/lora-core/protocol/figures";
import { concernedBetween, ownPartOf } from "@duet/lora-core/protocol/ownPart";
import type { Snapshot } from "@duet/lora-core/protocol/snapshot";
import { changeBetween, openingOf } from "@duet/lora-core/protocol/snapshotChange";
import type { Cancel, Clock } from "../ports/clock.ts";

const MIN_INTERVAL_MS = 200;
/** Longer for each client, as a snapshot is the more work the more it lists. */
const INTERVAL_MS_EACH_CLIENT = 1;
/** At most about 16 kB/s to one watcher, and 2 MB/s or 200 pushes a second to all of a federation. */
const BYTES_PER_MS_EACH = 16;
const BYTES_PER_MS_ALL = 2000;
const MS_EACH_PUSH = 5;
/** Of what one client alone is told, which is little and rare. */
const MS_EACH_OWN_PUSH = 1;
/** What one goes on pushing for; then the event loop is free for others. */
const SLICE_MS = 8;

export interface Watcher {
  /** Resolves when the change was applied or given up; never rejects. */
  push(change: Uint8Array): Promise<void>;
  /** It may not look on any more. */
  end(): void;
}

export interface SnapshotFeed {
  /** Something visible changed. */
  changed(): void;
  /** What it is told first begins anew; with `own`, it is told of that client alone, as everybody sees it. Returns how to stop. */
  subscribe(watcher: Watcher, own?: string | null, audience?: Audience): () => void;
  close(): void;
}

interface Subscription {
  readonly watcher: Watcher;
  readonly own: string | null;
  readonly audience: Audience;
  /** What it has, or will have once the running push is taken. */
  held: Snapshot | null;
  /** It is to be told something, as soon as it is not busy. */
  isBehind: boolean;
  isBusy: boolean;
  wake: Cancel;
}

/** One snapshot on its way to all who have an older one. */
interface Pass {
  readonly views: Readonly<Record<Audience, Snapshot>>;
  readonly behind: Subscription[];
  /** By the view and what is there of it already; of those who are told of all clients. */
  readonly encoded: Map<Snapshot, Map<Snapshot | null, Uint8Array>>;
}

/** The fastest level: it is done on the event loop. */
function encode(held: Snapshot | null, next: Snapshot): Uint8Array {
  const text = changeText(held ? changeBetween(held, next) : openingOf(next));
  return text.length < MIN_GZIP_LENGTH ? Buffer.from(text) : gzipSync(text, { level: constants.Z_BEST_SPEED });
}

/**
 * `currentSnapshot`, with what only some may see, is called once per pass, not per watcher. Snapshots share what they have in common: a pass
 * looks into what has changed since the one before, and at nothing else.
 */
export function createSnapshotFeed(currentSnapshot: () => Snapshot, clock: Clock): SnapshotFeed {
  const subscriptions = new Set<Subscription>();
  let scheduled: Cancel | null = null;
  /** A pass is under way, and something changed since it began. */
  let isOutdated = false;
  let pass: Pass | null = null;
  /** What the last pass told. */
  let seen: Snapshot | null = null;
  let nextAt = Number.NEGATIVE_INFINITY;

  const schedule = () => {
    isOutdated = pass !== null;
    scheduled ??= clock.at(Math.max(nextAt, clock.now()), beginPass);
  };

  function beginPass(): void {
    const snapshot = currentSnapshot();
    const views = { everybody: seenBy("everybody", snapshot), organiser: seenBy("organiser", snapshot) };
    noteBehind(views.everybody);
    // The last is pushed to first.
    const behind = [...subscriptions].filter(({ isBusy, isBehind }) => isBehind && !isBusy).reverse();
    nextAt = clock.now() + MIN_INTERVAL_MS + INTERVAL_MS_EACH_CLIENT * snapshot.clients.length;
    isOutdated = false;
    const begun = { views, behind, encoded: new Map() };
    pass = begun;
    // In a turn of its own: of many clients, finding out what there is to see takes long enough.
    scheduled = clock.at(clock.now(), () => pushSome(begun));
  }

  /** Of those who are told of one client alone, those to whose client something happened since the last pass. */
  function noteBehind(next: Snapshot): void {
    const concerned = seen && concernedBetween(seen, next);
    const isNew = seen?.revision !== next.revision;
    seen = next;
    if (!isNew) return;
    for (const subscription of subscriptions) {
      if (subscription.own === null || concerned === null || concerned.has(subscription.own)) subscription.isBehind = true;
    }
  }

  function pushSome(running: Pass): void {
    const until = performance.now() + SLICE_MS;
    do {
      const subscription = running.behind.pop();
      if (!subscription || !subscriptions.has(subscription)) continue;
      subscription.isBehind = false;
      const content =
        subscription.own === null ? contentForAll(running, subscription) : contentForOwn(running, subscription, subscription.own);
      void push(subscription, content);
    } while (running.behind.length > 0 && performance.now() < until);
    scheduled = running.behind.length > 0 ? clock.at(clock.now(), () => pushSome(running)) : null;
    if (scheduled) return;
    pass = null;
    if (isOutdated) schedule();
  }

  function contentForAll({ views, encoded }: Pass, subscription: Subscription): Uint8Array {
    const { held, audience } = subscription;
    const next = views[audience];
    const known = encoded.get(next) ?? new Map<Snapshot | null, Uint8Array>();
    const content = known.get(held) ?? encode(held, next);
    encoded.set(next, known.set(held, content));
    subscription.held = next;
    return content;
  }

  function contentForOwn({ views }: Pass, subscription: Subscription, clientId: string): Uint8Array {
    const { held } = subscription;
    subscription.held = ownPartOf(views.everybody, clientId);
    return encode(held, subscription.held);
  }

  async function push(subscription: Subscription, content: Uint8Array): Promise<void> {
    subscription.isBusy = true;
    nextAt += Math.max(subscription.own === null ? MS_EACH_PUSH : MS_EACH_OWN_PUSH, content.byteLength / BYTES_PER_MS_ALL);
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
    subscribe(watcher, own = null, audience = "everybody") {
      const subscription = { watcher, own, audience, held: null, isBehind: true, isBusy: false, wake: () => {} };
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
