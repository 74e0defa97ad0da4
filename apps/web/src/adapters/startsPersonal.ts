import type { FederationConfig } from "@duet/lora-core/protocol/federationConfig";
import { methodOf } from "@duet/lora-core/strategies/registry";

/** True when a client's first training goes on from its personal adapter, so that importing one has an effect. */
export function startsPersonal({ strategy, budgets }: Pick<FederationConfig, "strategy" | "budgets">): boolean {
  const method = methodOf(strategy);
  const { steps } = method.plan(budgets, { round: method.firstRound, isNewcomer: false });
  const first = steps.findIndex((step) => step.kind === "train" && step.slot === "personal");
  return first >= 0 && !steps.slice(0, first).some((step) => step.kind === "copy" && step.to === "personal");
}
