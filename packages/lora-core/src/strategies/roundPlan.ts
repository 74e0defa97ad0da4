/** What a client does in a round of a federation: its method's plan, with what the federation settles beside the method. Pure. */
import { type Falling, planWithSpans, withAloneSpans } from "./decay.ts";
import type { Method } from "./registry.ts";
import type { PlanContext, RoundPlan } from "./strategy.ts";
import { trainingsIn } from "./trainings.ts";

/** What a federation settles of its plans. */
export interface PlanSettings extends Falling {
  /** Whether clients measure the shared adapter as they trained it. */
  readonly beforeAggregation?: true | undefined;
  /** Whether clients learn alone besides, to compare with. */
  readonly alone?: true | undefined;
}

/** The method's plan of a round for a client, with the learning rate's fall and with what is measured besides. */
export function roundPlanOf(method: Method, settings: PlanSettings, context: PlanContext): RoundPlan {
  const plan = planWithSpans(method, settings, context);
  return {
    ...(settings.alone ? withAloneSpans(plan, method, settings, context) : plan),
    ...(settings.beforeAggregation && sharesWhatItTrains(plan) ? { beforeAggregation: true as const } : {}),
    ...(settings.alone ? { alone: true as const } : {}),
  };
}

/**
 * Whether the shared adapter, or a part of it, is trained and sent: not in FDLoRA's first round, which sends the personal one, with methods that send no
 * other, and in the last round. Elsewhere there is nothing before an aggregation but what came.
 */
const sharesWhatItTrains = ({ steps, upload }: RoundPlan): boolean =>
  upload?.slot === "shared" && trainingsIn(steps).some(({ slot }) => slot === "shared");
