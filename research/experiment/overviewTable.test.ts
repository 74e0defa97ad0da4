import { expect, test } from "vitest";
import { overviewTable } from "./overviewTable.ts";
import type { RunResult } from "./runs.ts";
import { exampleRun } from "./testing/exampleRun.ts";

const SEEDS = [1, 2, 3, 4, 5];

/** Five seeds of a method by fair rules, whose accuracy is `gain` over 0.5 and a little up and down. */
function method(name: string, gain: number, travel: "shared" | "personal" = "shared"): readonly RunResult[] {
  return SEEDS.map((seed) => {
    const accuracy = 0.5 + gain + (name === "local" ? 0 : (seed % 2) / 100);
    const run = exampleRun({ method: name, seed, accuracies: [accuracy, accuracy] });
    return { ...run, settings: { ...run.settings, steps: 72, rules: "fair", prototypes: { rate: 1, travel } } };
  });
}

const fair = ["local", "fedavg", "fedavg-finish", "fdlora:private"] as const;

test("what is told to be better than learning alone is bold, worse is italic, and what is described or not told is neither", () => {
  const runs = [
    ...method(fair[0], 0),
    ...method(fair[1], 0.2),
    ...method(fair[2], -0.2),
    ...method(fair[3], -0.004),
    ...method("pooled", 0.3),
    ...method(fair[1], -0.3, "personal"),
  ];
  const [head, , line] = overviewTable([runs]).split("\n");
  expect(head).toBe(
    "| mean accuracy | seeds | learning alone | FedAvg | with a personal finish, the default | FDLoRA | label vectors before any step |",
  );
  expect(line).toBe("| symptoms, 24 diagnoses, 2 clients | 5 | 0.500 | **0.706** | _0.306_ | 0.502 |  |");
});

test("a line says how long everybody trained where that is not as in the others", () => {
  const longer = method("local", 0).map((run) => ({ ...run, settings: { ...run.settings, steps: 576 } }));
  expect(overviewTable([longer]).split("\n")[2]).toContain("| symptoms, 24 diagnoses, 2 clients, 576 steps | 5 | 0.500 |");
});
