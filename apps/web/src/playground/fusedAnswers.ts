/** What the playground's fused answers come from, and what it says about that. Pure. */

import type { FusionWeights } from "@duet/lora-core/fusion/adaFusion";
import type { FederationConfig } from "@duet/lora-core/protocol/federationConfig";
import { servesBy } from "@duet/lora-core/strategies/planFacts";
import { methodOf } from "@duet/lora-core/strategies/registry";
import { words as common } from "../lib/words.ts";
import type { FusedAnswers } from "../services/playgroundState.ts";
import { words } from "./words.ts";

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
  if (serve === null || serve.kind === "slot") return words.fusedAnswers.asItIs(common.adapterNames[serve?.slot ?? "shared"]);
  if (serve.kind === "sum") return words.fusedAnswers.bothAdded;
  switch (serve.search.kind) {
    case "factor":
      return words.fusedAnswers.factorsFound;
    case "product":
      return words.fusedAnswers.productsFound;
    case "per-layer":
      return words.fusedAnswers.byParts;
    default:
      return serve.search.kind satisfies never;
  }
}

function serveOf({ strategy, budgets }: FederationConfig) {
  return servesBy(methodOf(strategy), budgets);
}
