import { expect, it } from "vitest";
import { parseOptions } from "./options.ts";
import { runKey } from "./runs.ts";
import { wantedRuns } from "./wantedRuns.ts";

function runsOf(...args: string[]) {
  const options = parseOptions(args);
  if (options === "help") throw new RangeError("That is no run");
  return wantedRuns(options);
}

it("runs every epsilon, the same rows and steps without noise among them, which is the run that it always was", () => {
  const [plain, weak, strong] = runsOf("--methods", "fedavg", "--epsilon", "none,8,1", "--clip", "0.5");
  expect([weak?.privacy, strong?.privacy]).toEqual([
    { epsilon: 8, clip: 0.5 },
    { epsilon: 1, clip: 0.5 },
  ]);
  const [usual] = runsOf("--methods", "fedavg");
  expect(plain && usual && runKey(plain) === runKey(usual)).toBe(true);
  expect(plain && "privacy" in plain).toBe(false);
});

it("refuses an epsilon that is none", () => {
  expect(() => runsOf("--epsilon", "0")).toThrow("--epsilon");
  expect(() => runsOf("--epsilon", "nothing")).toThrow("--epsilon");
});

it("makes labels prototypes that learn at a rate, shared or kept, or codes, where that is asked for", () => {
  const runs = runsOf("--methods", "fedavg", "--prototypes", "none,1,0.5:personal", "--codes", "labels");
  expect(runs.map(({ prototypes, codes }) => [prototypes ?? null, codes])).toEqual([
    [null, true],
    [{ rate: 1, travel: "shared" }, true],
    [{ rate: 0.5, travel: "personal" }, true],
  ]);
  expect(() => runsOf("--prototypes", "much")).toThrow("--prototypes");
});

it("has ranks of each client and how they come together, and the run of the default has no other name than before", () => {
  const runs = runsOf("--methods", "fedavg", "--ranks", "default,16,4:8:16,4:8:16:svd");
  expect(runs.map(({ ranks }) => ranks)).toEqual([
    undefined,
    { of: [16], how: "padded" },
    { of: [4, 8, 16], how: "padded" },
    { of: [4, 8, 16], how: "svd" },
  ]);
  const [usual] = runsOf("--methods", "fedavg");
  expect(usual && runs[0] && runKey(usual) === runKey(runs[0])).toBe(true);
  expect(() => runsOf("--ranks", "4:8:16:best")).toThrow("--ranks");
});

it("has every kind of work at the speeds that are said, and the run of equal work has no other name than before", () => {
  const runs = runsOf("--methods", "fedavg", "--speeds", "1:4:16", "--work", "equal,skipped,bySpeed");
  expect(runs.map(({ work, speeds }) => [work, speeds])).toEqual([
    [undefined, [1, 4, 16]],
    ["skipped", [1, 4, 16]],
    ["bySpeed", [1, 4, 16]],
  ]);
  const [usual, named] = [runsOf("--methods", "fedavg"), runsOf("--methods", "fedavg", "--work", "equal")].flat();
  expect(usual && named && runKey(usual) === runKey(named)).toBe(true);
  expect(() => runsOf("--speeds", "fast")).toThrow("--speeds");
});
