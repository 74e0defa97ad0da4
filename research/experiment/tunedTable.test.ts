import { expect, it } from "vitest";
import { exampleRun } from "./testing/exampleRun.ts";
import { tunedTable } from "./tunedTable.ts";

it("says a method's best trial over its seeds, and what the others had", () => {
  const run = (method: string, seed: number, accuracyMean: number) => exampleRun({ method, seed, accuracies: [accuracyMean] });
  const text = tunedTable([
    run("local@0.001", 101, 0.5),
    run("local@0.003", 101, 0.9),
    run("fedprox:mu=0.01@0.001", 101, 0.4),
    run("local@0.001", 102, 0.7),
    run("local@0.003", 102, 0.1),
  ]);
  expect(text.split("\n").slice(2)).toEqual([
    "| local@0.001 | 0.600 | local@0.003 0.500 |",
    "| fedprox:mu=0.01@0.001 | 0.400 |  |",
  ]);
});
