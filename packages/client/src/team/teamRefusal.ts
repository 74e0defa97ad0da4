/** What a team would do differently from one device, in a way that matters: such federations it does not take part in. Pure. */
import type { FederationConfig } from "@duet/lora-core/protocol/federationConfig";

/** What such a federation is; null where a team can take part. */
export function whyNoTeam({ aggregation, training }: FederationConfig): "private" | "secure" | null {
  if (training.privacy) return "private";
  return aggregation === "secure" ? "secure" : null;
}
