import { describe, expect, it } from "vitest";
import { bootstrapOf, clientsToldWorse } from "./comparison.ts";
import type { RunResult } from "./runs.ts";
import { summaryTable } from "./summaryTable.ts";
import { balancedAccuracy, groupAccuracy, testGroups } from "./testFigures.ts";
import { exampleRun } from "./testing/exampleRun.ts";

const truth = [0, 0, 0, 1, 1, 2];
const group = [0, 1, 1, 2, 3, 4];

/** Two seeds of one client; the method is right on one row more at each. */
function runs(method: string, predicted: readonly (readonly number[])[]): readonly RunResult[] {
  return predicted.map((said, i) => {
    const right = truth.filter((label, row) => label === said[row]).length / truth.length;
    return exampleRun({ method, seed: i + 1, accuracies: [right], tests: [{ truth, predicted: [...said], group }] });
  });
}

const alone = runs("local", [
  [0, 0, 0, 1, 0, 0],
  [0, 0, 0, 0, 1, 0],
]);
const shared = runs("fedavg", [
  [0, 0, 0, 1, 1, 0],
  [0, 0, 0, 1, 1, 0],
]);

describe("a comparison on kept rows", () => {
  const pairs = shared.flatMap((run, i) => (alone[i] ? [{ run, rival: alone[i] }] : []));

  it("draws groups: none of five has a row lost, one has a row won, so the difference is never below zero", () => {
    const found = bootstrapOf(pairs);
    expect(found?.low).toBe(0);
    expect(found?.high).toBeGreaterThan(0.25);
    expect(found?.high).toBeLessThan(0.6);
  });

  it("refuses rows that are not the same, and has nothing where none were kept", () => {
    const [pair] = pairs;
    if (!pair) throw new RangeError("There is a pair");
    const other = { ...pair.rival, tests: [{ truth: [1, ...truth.slice(1)], predicted: truth, group }] };
    expect(() => bootstrapOf([{ ...pair, rival: other }])).toThrow("the same test rows");
    expect(bootstrapOf([{ ...pair, rival: { ...pair.rival, tests: null } }])).toBeNull();
  });

  it("stands in the table beside Student's interval, with the groups behind it", () => {
    const [names, , , line] = summaryTable([...alone, ...shared], "local").split("\n");
    expect(names).toContain("| method | seeds | test groups | accuracy | against local | bootstrap | p, Holm |");
    expect(line).toMatch(/^\| fedavg \| 2 \| 5 \| 0\.833 ± 0\.000 \| \+0\.167 ± 0\.000 \| \+0\.000 to \+0\.\d+ \| 0\.000 \|/);
  });
});

it("by group a message that was written twice counts once: 1, 1, 1, 0, 0 of five groups", () => {
  expect(groupAccuracy(alone[0] ?? { tests: null })).toBeCloseTo(0.6, 12);
  expect(groupAccuracy({ tests: null })).toBeNull();
});

it("a client is told to be worse where the groups of its rows tell it, near-duplicates counting once", () => {
  const rows = 12;
  const [labels, right, wrong] = [1, 1, 0].map((label) => new Array<number>(rows).fill(label));
  const pairOf = (groups: number) => {
    const of = (predicted: readonly number[]) => [
      { truth: labels ?? [], predicted: [...predicted], group: (labels ?? []).map((_, row) => row % groups) },
    ];
    const rival = exampleRun({ method: "local", seed: 1, accuracies: [1], tests: of(right ?? []) });
    return [{ run: exampleRun({ method: "fedavg", seed: 1, accuracies: [0], tests: of(wrong ?? []) }), rival }];
  };
  // Five groups all lost have p 0.0625, six 0.03125.
  expect([clientsToldWorse(pairOf(5)), clientsToldWorse(pairOf(6))]).toEqual([0, 1]);
  expect(clientsToldWorse(pairOf(6).map(({ run, rival }) => ({ run: rival, rival: run })))).toBe(0);
  expect(clientsToldWorse(pairOf(6).map(({ run, rival }) => ({ run: { ...run, tests: null }, rival })))).toBeNull();
});

it("balanced accuracy is the mean recall of the classes there are: 3 of 3, 1 of 2, 0 of 1", () => {
  expect(balancedAccuracy(alone[0] ?? { tests: null })).toBeCloseTo(0.5, 12);
  expect(balancedAccuracy({ tests: null })).toBeNull();
  expect(testGroups({ tests: null })).toBeNull();
});
