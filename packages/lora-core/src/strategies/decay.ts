/** A learning rate that falls over a federation: which part of an adapter's trainings each one of a plan is. Pure. */
import type { TrainingConfig } from "../training/trainingConfig.ts";
import { plansOf } from "./planFacts.ts";
import type { Method } from "./registry.ts";
import type { AdapterSlot, Budgets, PlanContext, RoundPlan } from "./strategy.ts";
import { isTraining, trainingsIn } from "./trainings.ts";

/** What the fall follows from. */
export interface Falling {
  readonly budgets: Budgets;
  readonly training: Pick<TrainingConfig, "decay">;
}

/**
 * The method's plan of a round for a client. With `decay` every training of it has its span: those of one adapter, as a client has them that
 * is there from the first round to the last, are as long as each other, whatever their steps. So the shared adapter's rate falls over the
 * rounds, and a personal one's that is made of it in the end begins at the top and falls by itself. Both adapters of a step that trains both have one
 * span, the shared one's: methods with such a step train both alike often.
 */
export function planWithSpans(method: Method, { budgets, training }: Falling, context: PlanContext): RoundPlan {
  const plan = method.plan(budgets, context);
  if (!training.decay) return plan;
  const rounds = plansOf(method, budgets);
  const earlier = rounds.slice(0, Math.max(0, context.round - method.firstRound));
  const seen = { personal: count(earlier, "personal"), shared: count(earlier, "shared") };
  const steps = plan.steps.map((step) => {
    if (!isTraining(step)) return step;
    const [span] = trainingsIn([step]).map(({ slot }) => {
      const before = seen[slot]++;
      const all = Math.max(count(rounds, slot), before + 1);
      return { from: before / all, to: (before + 1) / all };
    });
    return span ? { ...step, span } : step;
  });
  return { ...plan, steps };
}

/**
 * The same plan with the spans of what learns alone beside it: one adapter, trained beside every training, so that its rate falls over all of
 * them, as that of the method "local" does.
 */
export function withAloneSpans(
  plan: RoundPlan,
  method: Method,
  { budgets, training }: Falling,
  { round }: PlanContext,
): RoundPlan {
  if (!training.decay) return plan;
  const rounds = plansOf(method, budgets);
  const trainings = (plans: readonly RoundPlan[]) => plans.flatMap(({ steps }) => steps.filter(isTraining)).length;
  let before = trainings(rounds.slice(0, Math.max(0, round - method.firstRound)));
  const all = Math.max(trainings(rounds), before + trainings([plan]));
  const steps = plan.steps.map((step) =>
    isTraining(step) ? { ...step, aloneSpan: { from: before / all, to: ++before / all } } : step,
  );
  return { ...plan, steps };
}

const count = (plans: readonly RoundPlan[], slot: AdapterSlot): number =>
  plans.flatMap(({ steps }) => trainingsIn(steps).filter((training) => training.slot === slot)).length;
