import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { countTests, failedRun, summaryLine, together } from "./summary.mjs";

const folder = mkdtempSync(join(tmpdir(), "duet-summary-"));
afterAll(() => rmSync(folder, { recursive: true }));

interface File {
  readonly name: string;
  readonly status: string;
  readonly message: string;
  readonly assertionResults: readonly {
    readonly status: string;
    readonly fullName: string;
    readonly ancestorTitles: readonly string[];
  }[];
}

function report(...files: readonly File[]): string {
  const path = join(folder, "report.json");
  writeFileSync(path, JSON.stringify({ testResults: files }));
  return path;
}

const file = (name: string, ...statuses: readonly string[]): File => ({
  name: join(process.cwd(), name),
  status: statuses.includes("failed") ? "failed" : "passed",
  message: "",
  assertionResults: statuses.map((status, i) => ({ status, fullName: `case ${i}`, ancestorTitles: [`suite of ${name}`] })),
});

describe("countTests", () => {
  it("counts tests over all files and names the failed ones", () => {
    const path = report(file("a.test.ts", "passed", "failed", "passed"), file("b.test.ts", "pending", "passed", "todo"));
    const counts = countTests(path, 1);
    expect(counts).toEqual({
      passed: 3,
      failed: 1,
      skipped: 2,
      problems: ["a.test.ts > case 1"],
      skippedSuites: ["suite of b.test.ts"],
    });
    expect(summaryLine(counts)).toBe("3 passed, 1 failed, 2 skipped");
  });

  it("counts a file that could not be loaded as a failure", () => {
    const broken = { ...file("c.test.ts"), status: "failed", message: "Cannot find module './gone.ts'\n  at …" };
    expect(countTests(report(file("a.test.ts", "passed"), broken), 1)).toEqual({
      passed: 1,
      failed: 1,
      skipped: 0,
      problems: ["c.test.ts: Cannot find module './gone.ts'"],
      skippedSuites: [],
    });
  });

  it("counts a run as failed when only its exit code says so, when it had no tests, and when it left no report", () => {
    expect(countTests(report(file("a.test.ts", "passed", "passed")), 1)).toMatchObject({ passed: 2, failed: 1 });
    expect(countTests(report(), 0)).toMatchObject({ passed: 0, failed: 1, problems: ["No test ran"] });
    expect(countTests(join(folder, "absent.json"), null)).toMatchObject({ passed: 0, failed: 1 });
  });

  it("adds several runs up, with the problems of all", () => {
    const good = countTests(report(file("a.test.ts", "passed", "passed")), 0);
    expect(summaryLine(together([good, good]))).toBe("4 passed, 0 failed");
    expect(together([good, failedRun("it did not start")])).toMatchObject({ failed: 1, problems: ["it did not start"] });
  });

  it("closes a good run with the plain line", () => {
    expect(summaryLine(countTests(report(file("a.test.ts", "passed", "passed")), 0))).toBe("2 passed, 0 failed");
  });
});
