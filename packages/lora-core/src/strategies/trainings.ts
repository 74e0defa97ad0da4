/** The trainings that steps of a plan are, one slot each: what a step of both trains counts as the two that it is. Pure. */
import type { Lesson, LocalStep, TrainBothStep, TrainStep } from "./strategy.ts";

export const isTraining = (step: LocalStep): step is TrainStep | TrainBothStep =>
  step.kind === "train" || step.kind === "trainBoth";

export function trainingsIn(steps: readonly LocalStep[]): readonly TrainStep[] {
  return steps.flatMap((step) => {
    if (step.kind === "train") return [step];
    return step.kind === "trainBoth" ? [trainingOf(step, "shared", "personal"), trainingOf(step, "personal", "shared")] : [];
  });
}

function trainingOf(step: TrainBothStep, slot: TrainStep["slot"], other: TrainStep["slot"]): TrainStep {
  const { distill, ...lesson }: Lesson = step[slot];
  return {
    ...{ kind: "train", slot, budget: step.budget, ...lesson },
    ...(distill ? { distill: { from: other, ...distill } } : {}),
    ...(step.span ? { span: step.span } : {}),
  };
}
