/** The list of rounds that a method and its budgets make. */
import { roundNumbers } from "../schedule/roundNumbers.ts";
import type { Method } from "../strategies/registry.ts";
import type { Budgets } from "../strategies/strategy.ts";
import type { RoundSpec } from "./roundState.ts";

/** Pure. What a newcomer does besides is its own business; stage, receiving and uploading are the same for everyone. */
export function scheduleOf(method: Method, budgets: Budgets): readonly RoundSpec[] {
  return roundNumbers(method.firstRound, budgets.rounds).map((round) => {
    const plan = method.plan(budgets, { round, isNewcomer: false });
    return { round, stage: plan.stage, receives: plan.receive !== null, uploads: plan.upload !== null };
  });
}
