import { expect, test } from "vitest";
import { presetOf } from "../federation/federationDefaults.ts";
import { federationPlans } from "./federationPlans.ts";
import { strategies } from "./registry.ts";

const steps = (amount: number) => ({ unit: "steps" as const, amount });
const budgets = { local: steps(6), inner: steps(3), rounds: 3 };

test.each(strategies.map(({ id }) => id))(
  "every round of %s is plain data that survives JSON, from the first to the fusing one",
  (id) => {
    const plans = federationPlans(presetOf(id), { budgets, training: {} });
    expect(JSON.parse(JSON.stringify(plans))).toEqual(plans);
    const numbers = plans.rounds.map(({ round }) => round);
    expect(numbers).toEqual(numbers.map((_, index) => (numbers[0] ?? 0) + index));
    expect(numbers.at(-1)).toBe(4);
    expect(plans.rounds.at(-1)?.plan.stage).toBe("fusing");
  },
);
