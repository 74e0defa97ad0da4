/** Everything that clients of a federation are to do, as data: what a client follows that has no strategies of its own. Pure. */
import { roundNumbers } from "../schedule/roundNumbers.ts";
import { methodOf } from "./registry.ts";
import type { Budgets, RoundPlan } from "./strategy.ts";

export interface FederationPlans {
  /** The method's name for people. */
  readonly label: string;
  /** Every round, in order. */
  readonly rounds: readonly {
    readonly round: number;
    readonly plan: RoundPlan;
    /** Of a client that has finished no round yet; in the first round the same. */
    readonly newcomer: RoundPlan;
  }[];
}

/** @throws {RangeError} as {@link methodOf}. */
export function federationPlans(strategy: Parameters<typeof methodOf>[0], budgets: Budgets): FederationPlans {
  const method = methodOf(strategy);
  const rounds = roundNumbers(method.firstRound, budgets.rounds).map((round) => ({
    round,
    plan: method.plan(budgets, { round, isNewcomer: false }),
    newcomer: method.plan(budgets, { round, isNewcomer: round > method.firstRound }),
  }));
  return { label: method.label, rounds };
}
