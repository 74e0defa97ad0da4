import { expect, it } from "vitest";
import { pairedTable } from "./pairedTable.ts";
import type { RunResult, RunSettings } from "./runs.ts";
import { exampleRun } from "./testing/exampleRun.ts";

function run(method: string, seed: number, work: RunSettings["work"] | undefined, accuracy: number): RunResult {
  const made = exampleRun({ method, seed, accuracies: [accuracy] });
  return { ...made, settings: { ...made.settings, ...(work ? { work } : {}) } };
}

it("compares values of a setting seed by seed, in a family for each method", () => {
  const runs = [1, 2, 3].flatMap((seed) => [
    run("fedavg", seed, undefined, 0.5),
    run("fedavg", seed, "bySpeed", 0.5 + seed / 100),
    run("fedavg", seed, "skipped", 0.4),
    run("local", seed, "bySpeed", 0.3),
    run("local", seed, "skipped", 0.3 + seed / 100),
  ]);
  const [, , ...lines] = pairedTable(runs, "work=bySpeed/equal,skipped").split("\n");
  const cells = lines.map((line) => line.slice(2, -2).split(" | "));
  expect(cells.map((line) => line.slice(0, 4))).toEqual([
    ["fedavg", "bySpeed", "equal", "3"],
    ["fedavg", "bySpeed", "skipped", "3"],
    ["local", "bySpeed", "skipped", "3"],
  ]);
  // Student's t with two degrees of freedom: 0.02 of 0.0057735 is 3.4641, 0.12 is 20.785; twice the smaller p, as two are compared.
  expect(cells.map((line) => line[6])).toEqual(["0.074", "0.005", "0.074"]);
  expect(cells[0]?.[4]).toMatch(/^\+0\.020/);
});

it("compares a rate that falls with one that stays, in one family of all methods", () => {
  const falls = (made: RunResult): RunResult => ({ ...made, settings: { ...made.settings, decay: "cosine" } });
  const runs = [1, 2, 3].flatMap((seed) => [
    run("fedavg", seed, undefined, 0.5),
    falls(run("fedavg", seed, undefined, 0.5 + seed / 100)),
    run("local", seed, undefined, 0.3),
    falls(run("local", seed, undefined, 0.3 + seed / 100)),
  ]);
  const [, , ...lines] = pairedTable(runs, "decay=cosine/none").split("\n");
  const cells = lines.map((line) => line.slice(2, -2).split(" | "));
  expect(cells.map((line) => line.slice(0, 3))).toEqual([
    ["fedavg", "cosine", "none"],
    ["local", "cosine", "none"],
  ]);
  // Twice what Student's t of 3.4641 has with two degrees of freedom.
  expect(cells.map((line) => line[6])).toEqual(["0.148", "0.148"]);
});

it("is refused where nothing is compared", () => {
  expect(() => pairedTable([], "work=bySpeed")).toThrow(RangeError);
  expect(() => pairedTable([], "weather=rain/sun")).toThrow(RangeError);
});
