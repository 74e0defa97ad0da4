import { trainingsOf } from "@duet/lora-core/strategies/planFacts";
import { describe, expect, it } from "vitest";
import { budgetsOf } from "./budget.ts";
import { learningRateOf, methodId, methodNamed } from "./methodVariants.ts";

/** What a method serves by in a round, and the first pull of its trainings there. */
function factsOf(name: string, round: number) {
  const plan = methodNamed(name).plan(budgetsOf(4, 4, 2), { round, isNewcomer: false });
  const train = plan.steps.find((step) => step.kind === "train");
  return { serve: plan.serve, pull: train?.kind === "train" ? train.proximal?.mu : undefined };
}

describe("a method's name", () => {
  it("may have constants in place of its preset's, and a rate of its own", () => {
    expect(factsOf("fedprox:mu=0.25@0.003", 2).pull).toBe(0.25);
    expect(factsOf("fedprox:gentle", 2).pull).not.toBe(0.25);
    const changed = factsOf("fdlora:private:fusion.confidence=0", 3).serve;
    const usual = factsOf("fdlora:private", 3).serve;
    expect(changed).toEqual(usual?.kind === "fuse" ? { ...usual, search: { ...usual.search, confidence: 0 } } : null);
    expect(usual).not.toEqual(changed);
    expect(["local@0.0003", "local", "fdlora:private:fusion.confidence=0@1e-2"].map(learningRateOf)).toEqual([3e-4, null, 0.01]);
    expect(["local@0.0003", "fedprox:mu=1", "fdlora"].map(methodId)).toEqual(["local", "fedprox", "fdlora"]);
  });

  it("changes no other thing", () => {
    const budgets = budgetsOf(4, 4, 2);
    const trainings = (name: string) => trainingsOf(methodNamed(name), budgets);
    expect(trainings("fdlora:private:fusion.confidence=0@0.003")).toEqual(trainings("fdlora:private"));
  });

  it("may be a trial: FedALT with both adapters at full weight, all else as in its preset", () => {
    const activeOf = (name: string) => {
      const [step] = methodNamed(name).plan(budgetsOf(4, 4, 2), { round: 2, isNewcomer: false }).steps;
      return step?.kind === "train" ? step.active : null;
    };
    expect(activeOf("fedalt:brief")).toEqual({ personal: 0.5, shared: 0.5 });
    expect(activeOf("fedalt:full-weight")).toEqual({ personal: 1, shared: 1 });
    expect(factsOf("fedalt:full-weight", 2).serve).toEqual(factsOf("fedalt:brief", 2).serve);
  });

  it("is refused where there is no such constant, or what it has is no number", () => {
    expect(() => methodNamed("fedprox:nu=1")).toThrow('no constant "nu"; there are: mu');
    expect(() => methodNamed("fedprox:mu=much")).toThrow();
    expect(() => learningRateOf("local@fast")).toThrow("no learning rate");
    expect(() => learningRateOf("local@-1")).toThrow("no learning rate");
  });
});
