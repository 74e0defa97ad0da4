import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { readResults, writeResults } from "./resultsFile.ts";
import { exampleRun } from "./testing/exampleRun.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "results-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

it("keeps single test rows beside the runs, and brings both back", () => {
  const path = join(folder, "results.json");
  const tests = [{ truth: [0, 1, 1], predicted: [0, 0, 1], group: [0, 1, 1] }];
  const runs = [exampleRun({ method: "fedavg", tests }), exampleRun({ method: "local" })];
  writeResults(path, {}, runs);
  expect(readFileSync(path, "utf8")).not.toContain("truth");
  expect(readResults(path)).toEqual(runs);
});

it("has no test rows of runs from before they were kept", () => {
  const path = join(folder, "results.json");
  writeResults(path, {}, [exampleRun({ method: "fedavg" })]);
  rmSync(join(folder, "results.tests.json.gz"));
  expect(readResults(path).map(({ tests }) => tests)).toEqual([null]);
});
