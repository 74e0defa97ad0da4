/** Everything that clients of a federation are to do, as data: what a client follows that has no strategies of its own. Pure. */
import type { Ranks } from "../adapters/ranks.ts";
import { roundNumbers } from "../schedule/roundNumbers.ts";
import { methodOf } from "./registry.ts";
import { type PlanSettings, roundPlanOf } from "./roundPlan.ts";
import type { RoundPlan } from "./strategy.ts";

export interface FederationPlans {
  /** The method's name for people. */
  readonly label: string;
  /** Every round, in order. */
  readonly rounds: readonly {
    readonly round: number;
    readonly plan: RoundPlan;
  }[];
}

interface SettledPlans extends PlanSettings {
  readonly ranks?: Ranks | undefined;
}

/** @throws {RangeError} as {@link methodOf}. */
export function federationPlans(strategy: Parameters<typeof methodOf>[0], settings: SettledPlans): FederationPlans {
  const method = methodOf(strategy, settings.ranks);
  const rounds = roundNumbers(method.firstRound, settings.budgets.rounds).map((round) => ({
    round,
    plan: roundPlanOf(method, settings, { round, isNewcomer: false }),
  }));
  return { label: method.label, rounds };
}
