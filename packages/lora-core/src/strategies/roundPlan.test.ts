import { expect, test } from "vitest";
import { presetOf } from "../federation/federationDefaults.ts";
import { roundNumbers } from "../schedule/roundNumbers.ts";
import { methodOf } from "./registry.ts";
import { roundPlanOf } from "./roundPlan.ts";

const budgets = { local: { unit: "steps", amount: 4 }, inner: { unit: "steps", amount: 4 }, rounds: 2 } as const;

/** Whether the shared adapter is measured before it is aggregated, round by round. */
function measuredBefore(id: string, preset?: string) {
  const method = methodOf(presetOf(id, preset));
  const settings = { budgets, training: {}, beforeAggregation: true } as const;
  return roundNumbers(method.firstRound, budgets.rounds).map(
    (round) => roundPlanOf(method, settings, { round, isNewcomer: false }).beforeAggregation ?? false,
  );
}

test("the shared adapter is measured before its aggregation in every round that trains and sends it", () => {
  expect(measuredBefore("fedavg-finish")).toEqual([true, true, false]);
  // The first round sends personal adapters.
  expect(measuredBefore("fdlora", "sends-personal")).toEqual([false, true, true, false]);
  // A part of it is sent.
  expect(measuredBefore("fedrep")).toEqual([true, true, false]);
  // Two adapters are trained on the same batches.
  expect(measuredBefore("fedkd", "together")).toEqual([true, true, false]);
});

test("nothing is measured before an aggregation of personal adapters, where nothing is aggregated, and where nobody asks", () => {
  expect(measuredBefore("fedamp")).not.toContain(true);
  expect(measuredBefore("local")).not.toContain(true);
  const method = methodOf(presetOf("fedavg"));
  const context = { round: 1, isNewcomer: false };
  expect(roundPlanOf(method, { budgets, training: {} }, context)).toEqual(method.plan(budgets, context));
});

test("where clients compare with learning alone every round says so, whatever the method does in it", () => {
  const method = methodOf(presetOf("fedavg-finish"));
  const plans = roundNumbers(method.firstRound, budgets.rounds).map((round) =>
    roundPlanOf(method, { budgets, training: {}, alone: true }, { round, isNewcomer: false }),
  );
  expect(plans.map(({ alone }) => alone)).toEqual([true, true, true]);
});

test("where the learning rate falls, that of learning alone falls once over all that is trained, and the method's own as before", () => {
  const settings = { budgets, training: { decay: "cosine" }, alone: true } as const;
  const spansOf = (id: string, preset?: string) => {
    const method = methodOf(presetOf(id, preset));
    return roundNumbers(method.firstRound, budgets.rounds).flatMap((round) =>
      roundPlanOf(method, settings, { round, isNewcomer: false }).steps.flatMap((step) =>
        step.kind === "train" || step.kind === "trainBoth" ? [[step.aloneSpan?.from, step.aloneSpan?.to]] : [],
      ),
    );
  };
  const thirds = [0, 1, 2, 3].map((part) => part / 3);
  expect(spansOf("fedavg-finish")).toEqual([0, 1, 2].map((at) => [thirds[at], thirds[at + 1]]));
  expect(spansOf("fedkd", "together")).toEqual([
    [0, 0.5],
    [0.5, 1],
  ]);
  const finish = methodOf(presetOf("fedavg-finish"));
  const last = { round: budgets.rounds + 1, isNewcomer: false };
  expect(roundPlanOf(finish, settings, last).steps.find(({ kind }) => kind === "train")).toMatchObject({
    span: { from: 0, to: 1 },
  });
});
