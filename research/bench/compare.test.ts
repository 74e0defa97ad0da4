import { expect, test } from "vitest";
import { type BenchCase, below, benchReport, changeLine, changesBetween, stillBelow } from "./compare.ts";

const run = (
  ours: number,
  stock: number | null,
  { name = "lora-step/use-lite/16x40", where = "Chromium 156.0.1, wasm, 2 threads", spreadMs = 2 } = {},
): BenchCase => ({
  name,
  where,
  ours: { msPerStep: ours, spreadMs },
  peers: { stockTfjs: stock === null ? null : { msPerStep: stock, spreadMs } },
});

test("a machine that was busier makes nothing slower: what counts is the lead over stock TF.js", () => {
  const [change] = changesBetween([run(300, 4000)], [run(600, 8100)]);
  expect(change).toMatchObject({ unit: "times", isSlower: false });
  expect(change?.slowdown).toBeCloseTo(0.988, 3);
});

test("a smaller lead is slower, also over a newer browser", () => {
  const [change] = changesBetween([run(300, 4000)], [run(400, 4000, { where: "Chromium 157.0.2, wasm, 2 threads" })]);
  expect(change).toMatchObject({ isSlower: true });
  expect(change && changeLine(change)).toBe(
    "slower lora-step/use-lite/16x40 (Chromium 157.0.2, wasm, 2 threads): 13.33 → 10.00 times stock TF.js, takes 1.33 times as long",
  );
});

test("without stock TF.js the medians count", () => {
  expect(changesBetween([run(300, null)], [run(330, null)])).toMatchObject([{ unit: "ms", slowdown: 1.1, isSlower: true }]);
});

test("what the steps of a run differ by is no slowdown", () => {
  expect(changesBetween([run(300, null, { spreadMs: 30 })], [run(330, null, { spreadMs: 30 })])).toMatchObject([
    { isSlower: false },
  ]);
});

test("threads are another case, and a case that only one run has is left out", () => {
  const one = { where: "Chromium 156.0.1, wasm, one thread" };
  expect(changesBetween([run(300, 4000)], [run(600, 4000, one)])).toEqual([]);
});

test("a lead below the least is found, and so is a case without stock TF.js", () => {
  const cases = [run(300, 4000), run(500, 4000, { name: "b" }), run(300, null, { name: "c" })];
  expect(below(cases, 10).map(({ name }) => name)).toEqual(["b", "c"]);
});

test("a case that has its lead when run again is not below", () => {
  const behind = [run(500, 4000), run(500, 4000, { name: "b" })];
  expect(stillBelow(behind, [run(300, 4000), run(490, 4000, { name: "b" })], 10).map(({ name }) => name)).toEqual(["b"]);
});

test("a file that is none is refused", () => {
  expect(benchReport.safeParse({ cases: [{ name: "x" }] }).success).toBe(false);
});
