import { expect, test } from "vitest";
import { say } from "../sayings/saying.ts";
import { methodOf, strategies } from "../strategies/registry.ts";
import { workRefusal } from "./choiceRefusals.ts";
import { CHOICE_SENTENCES } from "./choiceSentences.ts";
import { presetOf } from "./federationDefaults.ts";

const steps = (amount: number) => ({ unit: "steps" as const, amount });
const budgets = { local: steps(6), inner: steps(12), rounds: 3 };
const REFUSED = ["local", "scaffold", "fedamp", "flexlora", "flora", "fedex-lora", "fedalt"];

test.each(strategies.map(({ id }) => id))(
  "%s says whether it can: it can where clients send what they changed and nothing else",
  (id) => {
    const method = methodOf(presetOf(id));
    const refusal = workRefusal(method, budgets, { work: "bySpeed" });
    expect(refusal === null).toBe(!REFUSED.includes(id));
    if (refusal) expect(say(CHOICE_SENTENCES, refusal)).toContain(method.label);
    expect(workRefusal(method, budgets, {})).toBeNull();
  },
);

test("passes over the rows cannot be shared out", () => {
  const method = methodOf(presetOf("fedavg"));
  const passes = { ...budgets, inner: { unit: "epochs" as const, amount: 3 } };
  expect(workRefusal(method, passes, { work: "bySpeed" })).toEqual(["workInPasses"]);
});
