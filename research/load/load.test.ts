import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { type LoopTasks, summary } from "./loopTasks.ts";
import { parseOptions } from "./options.ts";
import { createTally, ratesOf, reportLines } from "./report.ts";

describe("the load test's options", () => {
  it("have defaults, read numbers, and refuse what is out of range with a sentence", () => {
    expect(parseOptions(["--clients", "50", "--drop", "0.05"])).toMatchObject({ clients: 50, drop: 0.05, rounds: 3 });
    expect(() => parseOptions(["--drop", "2"])).toThrow(/--drop/);
    expect(() => parseOptions(["--cliants", "2"])).toThrow(/cliants/);
    expect(parseOptions(["--help"])).toBe("help");
  });
});

const tasks = summary(
  [
    { from: 0, to: 40, busyMs: 30, waitMs: 10, what: "Timeout" },
    { from: 100, to: 190, busyMs: 26, waitMs: 60, what: "TCP" },
  ],
  [
    { from: 5, to: 15, kind: "minor" },
    { from: 60, to: 75, kind: "minor" },
    { from: 200, to: 230, kind: "major" },
  ],
);

describe("the load test's report", () => {
  it("tells tasks, garbage collection and waiting for a core apart", () => {
    expect(tasks).toEqual({
      longest: [
        { ownMs: 26, wholeMs: 26, what: "TCP" },
        { ownMs: 20, wholeMs: 30, what: "Timeout" },
      ],
      longestWaitMs: 60,
      longTasks: 1,
      collections: { minor: { count: 2, longestMs: 15, totalMs: 25 }, major: { count: 1, longestMs: 30, totalMs: 30 } },
    });
  });

  it("sees a task that computes, and what was collected in it", async () => {
    const program = `
      import { watchLoopTasks } from "./research/load/loopTasks.ts";
      const told = watchLoopTasks();
      setTimeout(() => {
        const until = process.cpuUsage().user + 100_000;
        while (process.cpuUsage().user < until) Array.from({ length: 1000 }, () => ({}));
      }, 1);
      setTimeout(() => console.log(JSON.stringify(told())), 400);`;
    const options = ["--import", "tsx", "--input-type=module", "--eval", program];
    const { stdout } = await promisify(execFile)(process.execPath, options);
    const { longest, collections } = JSON.parse(stdout) as LoopTasks;
    expect(collections.minor?.count).toBeGreaterThan(0);
    if (longest === null) return;
    expect(longest[0]?.what).toBe("Timeout");
    expect(longest[0]?.wholeMs).toBeGreaterThan(50);
    expect(longest[0]?.ownMs).toBeLessThan(longest[0]?.wholeMs ?? 0);
  });

  it("counts what happened, and gives the middle and the slow end of what took time", () => {
    const tally = createTally();
    for (let k = 1; k <= 200; k++) tally.add({ kind: "submitted", round: 1, uploadMs: 10 * k, acknowledgedMs: k });
    for (let k = 0; k < 3; k++) tally.add({ kind: "failed", code: "TIMEOUT" });
    tally.add({ kind: "dropped" });
    for (const cpuSeconds of [3, 4.5]) tally.add({ kind: "figures", cpuSeconds });
    const figures = tally.figures();
    expect(figures).toMatchObject({ submitted: 200, dropped: 1, failed: { TIMEOUT: 3 }, uploadMs: { p50: 1010, p99: 1990 } });
    const lines = reportLines({
      clients: 200,
      federations: 1,
      adapterBytes: 1.4e6,
      seconds: 12,
      roundSeconds: [9, 11, 10],
      ...figures,
      ends: { finished: 1 },
      megabytesUp: 280,
      coordinator: { delayP99Ms: 7, delayMaxMs: 41, peakRssMb: 300, cpuSeconds: 8, tasks },
      watchers: ratesOf([
        { bytes: 50_000, pushes: 20, seconds: 10 },
        { bytes: 90_000, pushes: 30, seconds: 10 },
      ]),
    }).join("\n");
    expect(lines).toContain("3 closed, median 10.0 s, longest 11.0 s");
    expect(lines).toContain("clients' processes CPU 7.5 s");
    expect(lines).toContain("3 TIMEOUT");
    expect(lines).toContain("each watcher       7.0 kB/s, at most 9.0 kB/s, 2.50 pushes a second");
    expect(lines).toContain("event loop p99 7 ms, longest 41 ms");
    expect(lines).toContain(
      "26 (TCP, 26 with collections), 20 (Timeout, 30 with collections) ms of processor time; 1 above 25 ms",
    );
    expect(lines).toContain("waits for a core   at most 60 ms");
    expect(lines).toContain("2 minor (longest 15 ms, 0.0 s in all), 1 major");
  });
});
