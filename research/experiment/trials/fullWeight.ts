/**
 * A trial and no method of the product: FedALT whose clients train their adapter beside the others' with both at full weight, W + theta + R,
 * as they are served, in place of half of each. Source of the method: strategies/fedAlt.ts.
 */
import type { Method } from "@duet/lora-core/strategies/method";
import type { LocalStep } from "@duet/lora-core/strategies/strategy";

export const FULL_WEIGHT = "full-weight";

/** The method whose trainings beside another adapter have both at weight 1. */
export function atFullWeight(method: Method): Method {
  const plan: Method["plan"] = (budgets, context) => {
    const planned = method.plan(budgets, context);
    const steps = planned.steps.map(
      (step): LocalStep => (step.kind === "train" && step.active ? { ...step, active: { personal: 1, shared: 1 } } : step),
    );
    return { ...planned, steps };
  };
  return { ...method, plan };
}
