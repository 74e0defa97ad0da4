import { plansOf } from "@duet/lora-core/strategies/planFacts";
import { describe, expect, test } from "vitest";
import { fusionEvaluations, matchedBudgets, stepsOfFusion, trainedSteps } from "./budget.ts";
import { allMethods, methodNamed } from "./methodVariants.ts";

describe("matched budgets", () => {
  test.each(allMethods())("%s stays within the steps, and a step more per round would not", (name) => {
    const method = methodNamed(name);
    const budget = { steps: 72, local: 24, rounds: 4, fusion: 3 };
    const budgets = matchedBudgets(method, budget);
    const used = trainedSteps(method, budgets);
    expect(used + budget.fusion).toBeLessThanOrEqual(72);
    const more = { ...budgets, inner: { ...budgets.inner, amount: budgets.inner.amount + 1 } };
    expect(trainedSteps(method, more) + budget.fusion).toBeGreaterThan(72);
  });

  test("local learning and its federated rounds share FDLoRA's steps: 24 + 4 x 11 + 3 = 71", () => {
    const method = methodNamed("fdlora:sends-personal");
    expect(matchedBudgets(method, { steps: 72, local: 24, rounds: 4, fusion: 3 }).inner.amount).toBe(11);
  });

  test.each(["fedkd:together", "fedrod:together"])("%s takes FedAvg's 72 steps, two on each of its 36 batches", (name) => {
    const budget = { steps: 72, local: 24, rounds: 4, fusion: 0 };
    const budgets = matchedBudgets(methodNamed(name), budget);
    expect(budgets).toEqual(matchedBudgets(methodNamed("fedavg"), budget));
    expect(trainedSteps(methodNamed(name), budgets)).toBe(72);
    const batches = plansOf(methodNamed(name), budgets).flatMap(({ steps }) =>
      steps.flatMap((step) => (step.kind === "trainBoth" ? [step.budget.amount] : [])),
    );
    expect(batches).toEqual([9, 9, 9, 9]);
  });

  test.each([
    ["fdlora:sends-personal:fusion.maxEvaluations=20", 20],
    ["feddpa", 12],
    ["fdlora:equal-weights", 0],
    ["fedavg", 0],
  ])("%s searches with %d evaluations", (name, evaluations) => {
    expect(fusionEvaluations(methodNamed(name), 4)).toBe(evaluations);
  });

  test("refuses more rounds than steps", () => {
    const method = methodNamed("fedavg");
    expect(() => matchedBudgets(method, { steps: 8, local: 4, rounds: 9, fusion: 0 })).toThrow(/fewer rounds/);
  });

  test("twelve candidates on ten rows are 60 rows of training where a pass is half a step: four steps of 16", () => {
    expect(stepsOfFusion(12, 10, 16, 2)).toBe(4);
    expect(stepsOfFusion(12, 10, 16, 3)).toBe(3);
  });
});
