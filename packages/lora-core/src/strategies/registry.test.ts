import { describe, expect, it } from "vitest";
import { budgets, describeMethod } from "./conformance.ts";
import { fdLora } from "./fdLora.ts";
import { methodOf, strategies } from "./registry.ts";

for (const strategy of strategies) {
  for (const [preset, config] of Object.entries(strategy.presets)) {
    describe(`${strategy.id}, preset ${preset}`, () => {
      describeMethod(methodOf({ id: strategy.id, config }));
    });
  }
}

describe("methodOf", () => {
  it("names the methods there are when asked for another", () => {
    expect(() => methodOf({ id: "fedsgd", config: {} })).toThrow(/fedavg-finish, fdlora, local, fedavg, fedprox/);
  });
  it("names the field that a config gets wrong", () => {
    const config = { ...fdLora.presets.paper, weighting: "by-hand" };
    expect(() => methodOf({ id: "fdlora", config })).toThrow(/weighting/);
  });
});

it("spends K steps in a federated round, whatever the method, so that methods read as many rows", () => {
  const trained = strategies.map((strategy) => {
    const config = Object.values<unknown>(strategy.presets)[0];
    const { steps } = methodOf({ id: strategy.id, config }).plan(budgets, { round: 3, isNewcomer: false });
    return steps.reduce((sum, step) => sum + (step.kind === "train" ? step.budget.amount : 0), 0);
  });
  expect(trained).toEqual(strategies.map(() => budgets.inner.amount));
});
