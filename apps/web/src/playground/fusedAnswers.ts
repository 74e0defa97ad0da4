/** What the playground's fused answers come from, and what it says about that. Pure. */
import type { FusionWeights } from "@duet/lora-core/fusion/adaFusion";
import type { FederationConfig } from "@duet/lora-core/protocol/federationConfig";
import { servesBy } from "@duet/lora-core/strategies/planFacts";
import { methodOf } from "@duet/lora-core/strategies/registry";
import type { FusedAnswers } from "../services/playgroundState.ts";

/** Where the sliders stand before any weights were found. */
const HALVES: FusionWeights = { personal: 0.5, shared: 0.5 };

/** What the tab serves, once there is something; before, a mix by hand of the federation's kind. `found` are the last round's weights. */
export function firstFused(config: FederationConfig, found: FusionWeights | null): FusedAnswers {
  const serve = serveOf(config);
  const adds = serve?.kind === "sum" || (serve?.kind === "fuse" && serve.search.kind === "product");
  return { source: found ? "served" : "hand", kind: adds ? "product" : "factor", weights: found ?? HALVES };
}

/** How the last round made what the tab serves, in a sentence. */
export function servedWords(config: FederationConfig): string {
  const serve = serveOf(config);
  if (serve === null || serve.kind === "slot") return `The fused adapter is the ${serve?.slot ?? "shared"} one as it is.`;
  if (serve.kind === "sum") return "The fused adapter is both updates added, with the weights shown.";
  switch (serve.search.kind) {
    case "factor":
      return "The fused adapter is A and B of both adapters mixed separately, with the weights found, which are shown.";
    case "product":
      return "The fused adapter is both updates added, with the weights found, which are shown.";
    case "per-layer":
      return "The fused adapter is A and B mixed separately, with weights of its own for each part of the layers; their means are shown.";
    default:
      return serve.search.kind satisfies never;
  }
}

function serveOf({ strategy, budgets }: FederationConfig) {
  return servesBy(methodOf(strategy), budgets);
}
