/** What a team would do differently from one device, in a way that matters: such federations it does not take part in. Pure. */
import type { FederationConfig } from "@duet/lora-core/protocol/federationConfig";
import { trainsBoth } from "@duet/lora-core/strategies/planFacts";
import { methodOf } from "@duet/lora-core/strategies/registry";

/** What such a federation is; null where a team can take part. */
export function whyNoTeam(config: FederationConfig): "private" | "secure" | "ranks" | "both" | null {
  const { aggregation, training, ranks, strategy, budgets } = config;
  if (training.privacy) return "private";
  // What two adapters learn from each other goes by the losses of a batch, and each member has a batch of its own.
  if (trainsBoth(methodOf(strategy), budgets)) return "both";
  // Members of a team train one adapter, and each could hold another one.
  if (ranks) return "ranks";
  return aggregation === "secure" ? "secure" : null;
}
