import type { FederationConfig } from "@duet/lora-core/protocol/federationConfig";
import { methodOf } from "@duet/lora-core/strategies/registry";

/** True when some round of the method uploads the personal adapter, or a copy that becomes it; asked of the plans themselves. */
export function personalLeaves({ strategy, budgets }: FederationConfig): boolean {
  const method = methodOf(strategy);
  const rounds = Array.from({ length: budgets.rounds + 2 - method.firstRound }, (_, index) => method.firstRound + index);
  return rounds.some((round) => method.plan(budgets, { round, isNewcomer: false }).upload?.slot === "personal");
}
