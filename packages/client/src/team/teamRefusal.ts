/** What a team would do differently from one device, in a way that matters: such federations it does not take part in. Pure. */
import type { FederationConfig } from "@duet/lora-core/protocol/federationConfig";

/** What such a federation is; null where a team can take part. */
export function whyNoTeam({ aggregation, training, ranks }: FederationConfig): "private" | "secure" | "ranks" | null {
  if (training.privacy) return "private";
  // Members of a team train one adapter, and each could hold another one.
  if (ranks) return "ranks";
  return aggregation === "secure" ? "secure" : null;
}
