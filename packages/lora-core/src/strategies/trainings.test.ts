import { expect, test } from "vitest";
import { presetOf } from "../federation/federationDefaults.ts";
import { rangeOfSum } from "../federation/updateVector.ts";
import { methodOf } from "./registry.ts";
import { roundPlanOf } from "./roundPlan.ts";
import type { TrainBothStep } from "./strategy.ts";
import { trainingsIn } from "./trainings.ts";
import { planForShare } from "./workShare.ts";

const steps = (amount: number) => ({ unit: "steps", amount }) as const;
const budgets = { local: steps(6), inner: steps(12), rounds: 4 };
const context = { round: 2, isNewcomer: false };
const method = methodOf(presetOf("fedkd", "together"));

test("a step of both is a training of each, which learns from the other", () => {
  const both: TrainBothStep = {
    ...{ kind: "trainBoth", budget: steps(3), span: { from: 0, to: 0.5 } },
    personal: { active: { personal: 1, shared: 1 }, distill: { weight: 2, temperature: 3 } },
    shared: { balanced: true },
  };
  const found = trainingsIn([{ kind: "draw", slot: "personal" }, both, { kind: "copy", from: "shared", to: "personal" }]);
  const common = { kind: "train", budget: steps(3), span: { from: 0, to: 0.5 } };
  expect(found).toEqual([
    { ...common, slot: "shared", balanced: true },
    {
      ...common,
      slot: "personal",
      active: { personal: 1, shared: 1 },
      distill: { from: "shared", weight: 2, temperature: 3 },
    },
  ]);
});

test("a slower client does less of it, and sends what all of it would have been", () => {
  const plan = method.plan(budgets, context);
  const { steps: fewer, upload } = planForShare(plan, 0.5, { warmupSteps: 0 });
  expect(trainingsIn(fewer).map(({ budget }) => budget.amount)).toEqual([3, 3]);
  expect(upload?.scale).toBeCloseTo(6 / 3, 12);
});

test("its rate falls over the rounds", () => {
  const { steps: falling } = roundPlanOf(method, { budgets, training: { decay: "cosine" } }, context);
  expect(falling).toContainEqual(expect.objectContaining({ kind: "trainBoth", span: { from: 0.25, to: 0.5 } }));
});

test("in a secure sum its values reach as far as its own steps carry the shared adapter", () => {
  const coding = { format: "int8", topK: null } as const;
  const config = { budgets, upload: coding, maxClients: 4, training: { learningRate: 1e-3 }, adapter: {} };
  const rangeOf = (preset: string, amount: number) =>
    rangeOfSum(methodOf(presetOf("fedkd", preset)), { ...config, budgets: { ...budgets, inner: steps(amount) } } as never, 2);
  expect(rangeOf("together", 12)).toEqual(rangeOf("standard", 12));
  expect(rangeOf("together", 24).clip).toBeCloseTo(2 * rangeOf("together", 12).clip, 12);
});
