/** The same work for every method: how many steps a round may have, so that all methods read as many training rows. */
import { servesBy, trainingsOf } from "@duet/lora-core/strategies/planFacts";
import type { Method } from "@duet/lora-core/strategies/registry";
import type { Budgets } from "@duet/lora-core/strategies/strategy";

export interface WorkBudget {
  /** Optimiser steps of a client in all. */
  readonly steps: number;
  /** E1, of which a method with a stage of local learning spends there. */
  readonly local: number;
  readonly rounds: number;
  /** Steps that the fusion search counts as; see {@link stepsOfFusion}. */
  readonly fusion: number;
}

/**
 * The largest K for which the method stays within the budget.
 * @throws {RangeError} when one step per round is too much already.
 */
export function matchedBudgets(method: Method, { steps, local, rounds, fusion }: WorkBudget): Budgets {
  for (let inner = Math.ceil(steps / rounds); inner > 0; inner--) {
    const budgets = budgetsOf(local, inner, rounds);
    if (trainedSteps(method, budgets) + fusion <= steps) return budgets;
  }
  throw new RangeError(`${method.label} cannot do ${rounds} rounds in ${steps} steps; give it more steps or fewer rounds`);
}

/** Forward passes of `evaluations` candidates over the fusion rows, of which `passesInStep` are a step's work. */
export function stepsOfFusion(evaluations: number, fusionRows: number, batchSize: number, passesInStep: number): number {
  return Math.ceil((evaluations * fusionRows) / (passesInStep * batchSize));
}

/** Evaluations of the search in the method's last round at most; 0 without one. */
export function fusionEvaluations(method: Method, rounds: number): number {
  const serve = servesBy(method, budgetsOf(1, 1, rounds));
  return serve?.kind === "fuse" ? serve.search.maxEvaluations : 0;
}

export function budgetsOf(local: number, inner: number, rounds: number): Budgets {
  return { local: { unit: "steps", amount: local }, inner: { unit: "steps", amount: inner }, rounds };
}

/** Optimiser steps of a client that is there from the first round to the last. */
export function trainedSteps(method: Method, budgets: Budgets): number {
  return trainingsOf(method, budgets).reduce((total, { amount }) => total + amount, 0);
}
