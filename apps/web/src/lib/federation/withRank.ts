import { adapterOfRank } from "@duet/lora-core/adapters/adapterRank";
import type { FederationConfig } from "@duet/lora-core/protocol/federationConfig";

/** As a client of this rank trains; null for the federation's own. */
export const withRank = (config: FederationConfig, rank: number | null): FederationConfig =>
  rank === null ? config : { ...config, adapter: adapterOfRank(config.adapter, rank) };
