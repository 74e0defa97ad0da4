/** What leaves a client that joins, and who sees it, for a terminal. Pure. */
import type { FederationConfig } from "@duet/lora-core/protocol/federationConfig";
import type { FiguresFor } from "@duet/lora-core/protocol/figures";

type Agreed = Pick<FederationConfig, "aggregation" | "ranks" | "statistics">;

export function sharingWords({ aggregation, ranks, statistics }: Agreed, figures: FiguresFor): string {
  const how = aggregation === "secure" ? "summed so that nobody sees it by itself" : "seen by the coordinator";
  return [
    `What it shares is ${how}; its figures are seen by ${figures}.`,
    ...(ranks ? ["The coordinator is told the rank of its adapters, where that is less than the federation's."] : []),
    ...(statistics
      ? ["How many rows it has of each label and length, and how mixed they are, goes into a sum that all see."]
      : []),
    "Rows never leave this process.",
  ].join(" ");
}
