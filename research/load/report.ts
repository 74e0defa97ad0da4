/** The load test's figures, from what happened. */
import type { CoordinatorFigures } from "./coordinatorUnderLoad.ts";
import type { LoadEvent } from "./loadClient.ts";
import type { ClientsFigures } from "./loadClients.ts";
import type { WatcherFigures } from "./loadWatcher.ts";
import { LONG_MS, type LoopTasks } from "./loopTasks.ts";

export interface LoadReport {
  readonly clients: number;
  readonly federations: number;
  readonly adapterBytes: number;
  readonly seconds: number;
  /** Of every closed round of every federation, from opening to closing. */
  readonly roundSeconds: readonly number[];
  readonly submitted: number;
  readonly uploadMs: Percentiles;
  readonly acknowledgedMs: Percentiles;
  readonly dropped: number;
  readonly straggled: number;
  /** Drawn in reserve, and not needed. */
  readonly spared: number;
  /** By code. */
  readonly failed: Readonly<Record<string, number>>;
  readonly ends: Readonly<Record<string, number>>;
  readonly megabytesUp: number;
  readonly coordinator: CoordinatorFigures;
  /** Of all processes that the clients ran in. */
  readonly clientCpuSeconds: number;
  /** Of those that only look on; null without any. */
  readonly watchers: WatcherRates | null;
}

/** For each of them. */
interface WatcherRates {
  readonly kilobytesPerSecond: { readonly mean: number; readonly largest: number };
  readonly pushesPerSecond: number;
}

interface Percentiles {
  readonly p50: number;
  readonly p99: number;
}

/** Counts events as they come. */
export function createTally() {
  const uploads: number[] = [];
  const acknowledgements: number[] = [];
  const failed: Record<string, number> = {};
  const counts = { joined: 0, dropped: 0, straggled: 0, spared: 0, ended: 0 };
  let clientCpuSeconds = 0;
  return {
    counts,
    add(event: LoadEvent | ClientsFigures): void {
      if (event.kind === "submitted") {
        uploads.push(event.uploadMs);
        acknowledgements.push(event.acknowledgedMs);
      } else if (event.kind === "failed") failed[event.code] = (failed[event.code] ?? 0) + 1;
      else if (event.kind === "figures") clientCpuSeconds += event.cpuSeconds;
      else counts[event.kind] += 1;
    },
    figures: () => ({
      submitted: uploads.length,
      uploadMs: percentiles(uploads),
      acknowledgedMs: percentiles(acknowledgements),
      dropped: counts.dropped,
      straggled: counts.straggled,
      spared: counts.spared,
      failed,
      clientCpuSeconds,
    }),
  };
}

function percentiles(values: readonly number[]): Percentiles {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
  return { p50: at(0.5), p99: at(0.99) };
}

/** Null where nobody looked on. */
export function ratesOf(watched: readonly WatcherFigures[]): WatcherRates | null {
  if (watched.length === 0) return null;
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const kilobytes = watched.map(({ bytes, seconds }) => bytes / 1000 / seconds);
  return {
    kilobytesPerSecond: { mean: mean(kilobytes), largest: Math.max(...kilobytes) },
    pushesPerSecond: mean(watched.map(({ pushes, seconds }) => pushes / seconds)),
  };
}

/** A few lines for the terminal. */
export function reportLines(report: LoadReport): string[] {
  const { coordinator, roundSeconds, uploadMs, acknowledgedMs, watchers } = report;
  const longest = Math.max(...roundSeconds);
  const counts = (all: Readonly<Record<string, number>>) =>
    Object.entries(all)
      .map(([name, count]) => `${count} ${name}`)
      .join(", ") || "none";
  return [
    `clients            ${report.clients} in ${report.federations} federation${report.federations === 1 ? "" : "s"}, adapters of ${(report.adapterBytes / 1e6).toFixed(2)} MB`,
    `rounds             ${roundSeconds.length} closed, median ${median(roundSeconds).toFixed(1)} s, longest ${longest.toFixed(1)} s`,
    `uploads            ${report.submitted}, ${report.megabytesUp.toFixed(0)} MB, p50 ${(uploadMs.p50 / 1000).toFixed(2)} s, p99 ${(uploadMs.p99 / 1000).toFixed(2)} s`,
    `acknowledgements   p50 ${(acknowledgedMs.p50 / 1000).toFixed(2)} s, p99 ${(acknowledgedMs.p99 / 1000).toFixed(2)} s`,
    `not counted        ${report.dropped} connections cut in an upload, ${report.straggled} rounds missed, ${report.spared} not needed`,
    `failures           ${counts(report.failed)}`,
    `federations ended  ${counts(report.ends)}`,
    `coordinator        peak ${coordinator.peakRssMb.toFixed(0)} MB, CPU ${coordinator.cpuSeconds.toFixed(1)} s, event loop p99 ${coordinator.delayP99Ms.toFixed(0)} ms, longest ${coordinator.delayMaxMs.toFixed(0)} ms`,
    ...taskLines(coordinator.tasks),
    `clients' processes CPU ${report.clientCpuSeconds.toFixed(1)} s`,
    ...(watchers
      ? [
          `each watcher       ${watchers.kilobytesPerSecond.mean.toFixed(1)} kB/s, at most ${watchers.kilobytesPerSecond.largest.toFixed(1)} kB/s, ${watchers.pushesPerSecond.toFixed(2)} pushes a second`,
        ]
      : []),
    `in all             ${report.seconds.toFixed(1)} s`,
  ];
}

/** What is the coordinator's own doing, what is V8's, and what is the machine's. */
function taskLines({ longest, longestWaitMs, longTasks, collections }: LoopTasks): string[] {
  const tasks = longest?.map(
    ({ ownMs, wholeMs, what }) => `${ownMs.toFixed(0)} (${what}, ${wholeMs.toFixed(0)} with collections)`,
  );
  const stops = Object.entries(collections).map(
    ([kind, { count, longestMs, totalMs }]) =>
      `${count} ${kind} (longest ${longestMs.toFixed(0)} ms, ${(totalMs / 1000).toFixed(1)} s in all)`,
  );
  return [
    tasks
      ? `its longest tasks  ${tasks.join(", ") || "below 5"} ms of processor time; ${longTasks} above ${LONG_MS} ms`
      : "its longest tasks  are not told by this system",
    ...(longestWaitMs === null ? [] : [`waits for a core   at most ${longestWaitMs.toFixed(0)} ms in one task`]),
    `garbage collected  ${stops.join(", ") || "never"}`,
  ];
}

function median(values: readonly number[]): number {
  return percentiles(values).p50;
}
