/** How large what a client sends in a round is, before anything is sent: what the coordinator then counts. Pure. */
import { adapterLayout, layoutBytes, travelling } from "../adapters/adapterLayout.ts";
import { parseBase } from "../architectures/modelConfig.ts";
import type { FederationConfig } from "../protocol/federationConfig.ts";
import { uploadLayout } from "../strategies/exchange.ts";
import { methodOf } from "../strategies/registry.ts";
import { uploadBytes } from "../strategies/uploadCodec.ts";
import { sumSizeOf, updateVectorBytes } from "./updateVector.ts";

/** Bytes of one upload in that round, without the keys and shares of a secure sum; 0 where nothing is sent. */
export function uploadSize(config: FederationConfig, round: number): number {
  const { model, adapter, strategy, budgets, aggregation, upload: coding } = config;
  const { upload } = methodOf(strategy).plan(budgets, { round, isNewcomer: false });
  if (!upload) return 0;
  const layout = travelling(adapterLayout(parseBase(model.config).linears, adapter));
  if (aggregation === "plain") return uploadBytes({ layout, upload, coding });
  return updateVectorBytes(sumSizeOf(config, round, null), layoutBytes(uploadLayout(layout, upload)));
}
