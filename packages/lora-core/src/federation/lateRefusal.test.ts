import { expect, test } from "vitest";
import { ROBUSTNESS } from "../robustness/robustnessConfig.ts";
import { say } from "../sayings/saying.ts";
import { methodOf, strategies } from "../strategies/registry.ts";
import { lateRefusal } from "./choiceRefusals.ts";
import { CHOICE_SENTENCES } from "./choiceSentences.ts";
import { presetOf } from "./federationDefaults.ts";

const steps = (amount: number) => ({ unit: "steps" as const, amount });
const budgets = { local: steps(6), inner: steps(12), rounds: 3 };
const plain = { late: { rounds: 2 }, aggregation: "plain", robustness: ROBUSTNESS.none } as const;
const REFUSED = ["local", "scaffold", "fedamp", "flexlora", "flora", "fedex-lora", "fedalt", "rolora"];

test.each(strategies.map(({ id }) => id))(
  "%s says whether it can: it can where clients send what they changed of one part",
  (id) => {
    const method = methodOf(presetOf(id));
    const refusal = lateRefusal(method, budgets, plain);
    expect(refusal === null).toBe(!REFUSED.includes(id));
    if (refusal) expect(say(CHOICE_SENTENCES, refusal)).toContain(method.label);
    expect(lateRefusal(method, budgets, { aggregation: "plain", robustness: ROBUSTNESS.median })).toBeNull();
  },
);

test("where everybody's update counts once a late one cannot count for less", () => {
  const refusals = Object.values(ROBUSTNESS).flatMap((robustness) => {
    const refusal = lateRefusal(methodOf(presetOf("fedavg")), budgets, { ...plain, robustness });
    return refusal === null ? [] : [[robustness.kind, ...refusal]];
  });
  expect(refusals).toEqual(["multiKrum", "trimmedMean", "median"].map((kind) => [kind, "lateCountsOnce"]));
});

test("nothing comes late in a secure sum, nor to products of factors; passes over the rows and other unlike ranks may be late", () => {
  const method = methodOf(presetOf("fedavg"));
  expect(lateRefusal(method, budgets, { ...plain, aggregation: "secure" })).toEqual(["lateInSum"]);
  expect(lateRefusal(method, budgets, { ...plain, ranks: "svd" })).toEqual(["lateProducts"]);
  expect(lateRefusal(method, budgets, { ...plain, ranks: "weighted" })).toBeNull();
  expect(lateRefusal(method, { ...budgets, inner: { unit: "epochs", amount: 2 } }, plain)).toBeNull();
  const sendsPersonal = methodOf(presetOf("fdlora", "sends-personal"));
  expect(lateRefusal(sendsPersonal, budgets, plain)).toBeNull();
});
