/**
 * What the event loop's thread does, apart from what keeps it from doing it: how long each task takes by the processor, how long it waits for
 * a core meanwhile, and how long V8's garbage collection stops it. A task is a callback that the loop calls, with all ticks and promises
 * that follow from it.
 */
import { createHook, executionAsyncResource } from "node:async_hooks";
import { closeSync, openSync, readSync } from "node:fs";
import { constants, type PerformanceEntry, PerformanceObserver, performance } from "node:perf_hooks";

export interface LoopTasks {
  /** The longest by processor time, longest first: the part in which no garbage was collected, and all of it. Null where the system does not tell. */
  readonly longest: readonly { readonly ownMs: number; readonly wholeMs: number; readonly what: string }[] | null;
  /** The longest that a task stood ready and had no core, ms. Null where the system does not tell. */
  readonly longestWaitMs: number | null;
  /** Tasks whose own part was longer than {@link LONG_MS}. */
  readonly longTasks: number;
  /** By kind: how often, the longest stop and all of them, ms by the wall clock. */
  readonly collections: Readonly<
    Record<string, { readonly count: number; readonly longestMs: number; readonly totalMs: number }>
  >;
}

/** Tasks above it are counted. */
export const LONG_MS = 25;
/** So many of the longest are named. */
const LISTED = 4;
/** Shorter tasks are not looked at again. */
const NOTED_MS = 5;
/** Of the thread that a process began with, on Linux: nanoseconds on a core, and nanoseconds of waiting for one. */
const SCHEDULER_FILE = "/proc/self/schedstat";

const KINDS: Readonly<Record<number, string>> = {
  [constants.NODE_PERFORMANCE_GC_MINOR]: "minor",
  [constants.NODE_PERFORMANCE_GC_MAJOR]: "major",
  [constants.NODE_PERFORMANCE_GC_INCREMENTAL]: "incremental",
  [constants.NODE_PERFORMANCE_GC_WEAKCB]: "weak callbacks",
};

interface Interval {
  readonly from: number;
  readonly to: number;
}

interface Task extends Interval {
  readonly busyMs: number;
  readonly waitMs: number;
  readonly what: string;
}

/** Begins to watch the thread that calls it, which must be its process' first. Returns what was seen until then. */
export function watchLoopTasks(): () => LoopTasks {
  const collections: (Interval & { readonly kind: string })[] = [];
  const observer = new PerformanceObserver((list) => {
    collections.push(...list.getEntries().map(collectionOf));
  });
  observer.observe({ entryTypes: ["gc"] });
  const scheduler = openScheduler();
  const tasks: Task[] = [];
  if (scheduler) noteTasks(scheduler.read, (task) => tasks.push(task));
  return () => {
    collections.push(...observer.takeRecords().map(collectionOf));
    return summary(scheduler ? tasks : null, collections);
  };
}

/** Calls back for every task that took long enough to matter. */
function noteTasks(read: () => Spent, note: (task: Task) => void): void {
  let begun = { at: performance.now(), spent: read(), what: "start" };
  createHook({
    before() {
      const resource = executionAsyncResource();
      if (isWithinTask(resource)) return;
      const [at, spent] = [performance.now(), read()];
      const busyMs = spent.busyMs - begun.spent.busyMs;
      const waitMs = spent.waitMs - begun.spent.waitMs;
      if (busyMs > NOTED_MS || waitMs > NOTED_MS) note({ from: begun.at, to: at, busyMs, waitMs, what: begun.what });
      begun = { at, spent, what: resource.constructor.name };
    },
  }).enable();
}

/** Promises and ticks, which are plain objects, follow from what the loop has called. */
function isWithinTask(resource: object): boolean {
  return resource instanceof Promise || resource.constructor === Object || resource.constructor?.name === "AsyncResource";
}

interface Spent {
  readonly busyMs: number;
  readonly waitMs: number;
}

function openScheduler(): { read(): Spent } | null {
  try {
    const file = openSync(SCHEDULER_FILE, "r");
    process.once("exit", () => closeSync(file));
    const buffer = Buffer.alloc(100);
    return {
      read() {
        const [busy = "0", wait = "0"] = buffer.toString("latin1", 0, readSync(file, buffer, 0, buffer.length, 0)).split(" ");
        return { busyMs: Number(busy) / 1e6, waitMs: Number(wait) / 1e6 };
      },
    };
  } catch {
    return null;
  }
}

function collectionOf(entry: PerformanceEntry) {
  const { startTime, duration } = entry;
  // Node's own; its types know of no detail.
  const { kind } = (entry as PerformanceEntry & { readonly detail: { readonly kind: number } }).detail;
  return { from: startTime, to: startTime + duration, kind: KINDS[kind] ?? String(kind) };
}

/** Pure. `tasks` is null where they could not be seen. */
export function summary(
  tasks: readonly Task[] | null,
  collections: readonly (Interval & { readonly kind: string })[],
): LoopTasks {
  const byKind: Record<string, { count: number; longestMs: number; totalMs: number }> = {};
  for (const { kind, from, to } of collections) {
    const known = byKind[kind] ?? { count: 0, longestMs: 0, totalMs: 0 };
    byKind[kind] = {
      count: known.count + 1,
      longestMs: Math.max(known.longestMs, to - from),
      totalMs: known.totalMs + to - from,
    };
  }
  if (tasks === null) return { longest: null, longestWaitMs: null, longTasks: 0, collections: byKind };
  const own = tasks.map((task) => {
    const { busyMs, what } = task;
    return { ownMs: Math.max(0, busyMs - collectedIn(task, collections)), wholeMs: busyMs, what };
  });
  return {
    longest: own.toSorted((a, b) => b.ownMs - a.ownMs).slice(0, LISTED),
    longestWaitMs: tasks.reduce((most, { waitMs }) => Math.max(most, waitMs), 0),
    longTasks: own.filter(({ ownMs }) => ownMs > LONG_MS).length,
    collections: byKind,
  };
}

function collectedIn({ from, to }: Interval, collections: readonly Interval[]): number {
  return collections.reduce((sum, each) => sum + Math.max(0, Math.min(to, each.to) - Math.max(from, each.from)), 0);
}
