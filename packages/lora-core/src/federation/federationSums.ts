/** How what clients share is summed securely in every round, as data, for clients that are not written with lora-core. Pure. */
import type { FederationConfig } from "../protocol/federationConfig.ts";
import type { VectorLayout } from "../secureAggregation/vectorLayout.ts";
import type { FederationPlans } from "../strategies/federationPlans.ts";
import type { Weighting } from "../strategies/strategy.ts";
import { countedTask, statisticsLayout } from "./statisticsVector.ts";
import { type SumConfig, sumSizeOf, updateVectorLayout, weightingOf } from "./updateVector.ts";

export interface FederationSums {
  readonly weighting: Weighting;
  /** One for each round of the plans. The group "update" stands there with one value: it has as many as the update, and none where figures alone are summed. */
  readonly layouts: readonly VectorLayout[];
  /** Of what rows are like; null where nobody is asked. */
  readonly statistics: VectorLayout | null;
}

/**
 * Null where what clients share is sent as it is, and where sums are noisy: how far their values reach is known only once the sum
 * before is made.
 */
export function federationSums(
  config: SumConfig & Pick<FederationConfig, "aggregation" | "task" | "statistics">,
  { rounds }: FederationPlans,
): FederationSums | null {
  if (config.aggregation === "plain" || config.clientPrivacy) return null;
  const layouts = rounds.map(({ round, plan }) => updateVectorLayout(sumSizeOf(config, round, null), plan.upload ? 1 : 0));
  const statistics = config.statistics ? statisticsLayout(countedTask(config)) : null;
  return { weighting: weightingOf(config), layouts, statistics };
}
