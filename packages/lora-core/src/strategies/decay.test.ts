import { describe, expect, it } from "vitest";
import { presetOf } from "../federation/federationDefaults.ts";
import { roundNumbers } from "../schedule/roundNumbers.ts";
import { type Method, methodOf, strategies } from "./registry.ts";
import { roundPlanOf } from "./roundPlan.ts";

const steps = (amount: number) => ({ unit: "steps", amount }) as const;
const budgets = { local: steps(6), inner: steps(4), rounds: 4 };
const falling = { budgets, training: { decay: "cosine" } } as const;

function spansOf(method: Method, slot: "personal" | "shared", isNewcomer = false) {
  return roundNumbers(method.firstRound, budgets.rounds).flatMap((round) =>
    roundPlanOf(method, falling, { round, isNewcomer: isNewcomer && round > method.firstRound }).steps.flatMap((step) =>
      step.kind === "train" && step.slot === slot ? [step.span] : [],
    ),
  );
}

describe("a rate that falls over a federation", () => {
  it("is the method's own plan where none is asked for", () => {
    const method = methodOf(presetOf("fedavg"));
    const context = { round: 2, isNewcomer: false };
    expect(roundPlanOf(method, { budgets, training: {} }, context)).toEqual(method.plan(budgets, context));
  });

  it("falls over the rounds for the shared adapter, and by itself for the personal one that is made of it in the end", () => {
    const method = methodOf(presetOf("fdlora", "private"));
    expect(spansOf(method, "shared")).toEqual([0, 1, 2, 3].map((k) => ({ from: k / 4, to: (k + 1) / 4 })));
    expect(spansOf(method, "personal")).toEqual([{ from: 0, to: 1 }]);
  });

  it.each(strategies.map(({ id }) => id))("goes through the whole of it without a gap with %s, whoever it is", (id) => {
    const method = methodOf(presetOf(id));
    for (const slot of ["personal", "shared"] as const) {
      const spans = spansOf(method, slot);
      if (spans.length === 0) continue;
      expect(spans[0]?.from).toBe(0);
      expect(spans.at(-1)?.to).toBe(1);
      spans.slice(1).forEach((span, i) => {
        expect(span?.from).toBeCloseTo(spans[i]?.to ?? Number.NaN, 12);
      });
      for (const span of spansOf(method, slot, true)) expect(span && span.from < span.to && span.to <= 1).toBe(true);
    }
  });
});
