import { expect, test } from "vitest";
import { peerTable } from "./flower/table.ts";
import type { ClientOutcome } from "./nevergrad/compare.ts";
import { comparisonTable } from "./nevergrad/table.ts";
import { requireModules } from "./pythonPeer.ts";

function outcome(search: string, client: number, objective: number, accuracy: number): ClientOutcome {
  return {
    search,
    budget: 12,
    weights: { personal: 1, shared: 0 },
    objective,
    testLoss: 2 * objective,
    accuracy,
    seed: 1,
    client,
  };
}

test("searches are compared client by client", () => {
  const table = comparisonTable([
    outcome("AdaFusion", 0, 0.5, 0.75),
    outcome("NGOpt", 0, 0.75, 0.5),
    outcome("AdaFusion", 1, 0.25, 0.625),
    outcome("NGOpt", 1, 0.25, 0.625),
  ]);
  // Differences -0.25 and 0: mean -0.125, deviation 0.1768, and 12.706 * 0.1768 / sqrt 2 = 1.588.
  expect(table.split("\n")[2]).toBe("| 12 | AdaFusion | 0.375 | -0.125 ± 1.588 | 0.750 | 0.688 | +0.125 ± 1.588 |");
  expect(table.split("\n")[3]).toBe("| 12 | NGOpt | 0.500 |  | 1.000 | 0.563 |  |");
});

test("rounds stand beside each other", () => {
  const table = peerTable([{ accuracy: 0.75, loss: 0.51234, bytes: 1200 }], [{ accuracy: 0.7512, loss: 0.5123, bytes: 1500 }]);
  expect(table.split("\n")[2]).toBe("| 1 | 0.5123 | 0.5123 | 0.750 | 0.751 | 1200 | 1500 |");
});

test("a Python without the other implementation is refused with what to do", () => {
  expect(() => requireModules("a-python-that-is-not-there", ["nevergrad"], "requirements.txt")).toThrow(
    /has no nevergrad, .* "pip install -r requirements.txt", and name its python with --python/,
  );
});
