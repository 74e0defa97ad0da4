import { describe, expect, it } from "vitest";
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

describe("the load test's report", () => {
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
      coordinator: { delayP99Ms: 7, delayMaxMs: 41, peakRssMb: 300, cpuSeconds: 8 },
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
  });
});
