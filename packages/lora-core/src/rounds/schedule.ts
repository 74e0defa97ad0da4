/** The list of rounds that a method and its budgets make. */
import { roundNumbers } from "../schedule/roundNumbers.ts";
import type { Method } from "../strategies/registry.ts";
import type { Budgets } from "../strategies/strategy.ts";
import type { RoundSpec } from "./roundState.ts";

/** Pure. Stage, receiving and uploading are the same for everyone; whether a newcomer does more says `catchUp`. */
export function scheduleOf(method: Method, budgets: Budgets): readonly RoundSpec[] {
  return roundNumbers(method.firstRound, budgets.rounds).map((round) => {
    const plan = method.plan(budgets, { round, isNewcomer: false });
    const newcomer = method.plan(budgets, { round, isNewcomer: round > method.firstRound });
    const catchUp = newcomer.steps.length > plan.steps.length ? { catchUp: true as const } : {};
    return { round, stage: plan.stage, receives: plan.receive !== null, uploads: plan.upload !== null, ...catchUp };
  });
}
