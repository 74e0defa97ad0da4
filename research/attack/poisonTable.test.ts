import { expect, test } from "vitest";
import { parsePoisonOptions, wantedRuns } from "./poisonOptions.ts";
import type { PoisonResult, PoisonSettings } from "./poisonRun.ts";
import { poisonTable } from "./poisonTable.ts";

const result = (attack: PoisonSettings["attack"], defence: PoisonSettings["defence"], seed: number, accuracy: number) => {
  const common = { method: "fedavg", clients: 5, attackers: 1, rounds: 3, steps: 8, batchSize: 8, rows: 300 };
  const honest = { norm: 1, rows: 1, cosine: 0.5 };
  return { settings: { ...common, attack, defence, seed }, accuracy, honest, seconds: 1 } satisfies PoisonResult;
};

test("differences are to the clean run of the same seed, with Student's interval: -0.1 and -0.2, 12.706 x 7.07 / sqrt 2", () => {
  const table = poisonTable([
    result("absent", "none", 1, 0.6),
    result("absent", "none", 2, 0.7),
    result("signFlip", "none", 1, 0.5),
    result("signFlip", "none", 2, 0.5),
    result("signFlip", "multiKrum", 1, 0.61),
    result("labelFlip", "multiKrum", 3, 0.61),
  ]);
  expect(table.split("\n")).toEqual([
    "Clean run (the honest clients alone, plain mean): 65.0 ± 63.5 % over 2 seeds.",
    "",
    "| attack | none | multiKrum |",
    "| --- | --- | --- |",
    "| none, and the attackers stay away | +0.0 ± 0.0 |  |",
    "| sign flipped | -15.0 ± 63.5 | +1.0 (1 of 2) |",
    "| labels flipped, rows × 10 |  |  |",
  ]);
});

test("a run without an attack has no attacker; a fifth of ten are two, and one is the least", () => {
  const runs = (...args: string[]) => {
    const options = parsePoisonOptions(["--poison", "--quick", "--attacks", "none,signFlip", ...args]);
    if (options === "help") throw new Error("These are options");
    return wantedRuns(options).map(({ attack, defence, attackers }) => [attack, defence, attackers]);
  };
  expect(runs("--clients", "10")).toEqual([
    ["none", "none", 0],
    ["signFlip", "none", 2],
    ["none", "multiKrum", 0],
    ["signFlip", "multiKrum", 2],
  ]);
  expect(runs("--clients", "3")[1]?.[2]).toBe(1);
});

test("an attack that there is not is named", () => {
  expect(() => parsePoisonOptions(["--poison", "--attacks", "bribe"])).toThrow(
    /^--attacks must be one of absent, none, signFlip/,
  );
  expect(parsePoisonOptions([])).toBe("help");
});
