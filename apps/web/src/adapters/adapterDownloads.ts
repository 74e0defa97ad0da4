/** What can be downloaded of a federation's adapters, and the files for it. */
import { adapterFile } from "@duet/client/adapterFile";

import type { KeptAdapters } from "@duet/client/keptAdapters";
import { adapterCard } from "@duet/lora-core/federation/adapterCard";
import { type ClientAdapterKind, exportAdapter, exportClientAdapter } from "@duet/lora-core/federation/clientAdapters";
import { federationBase } from "@duet/lora-core/federation/federationBase";
import type { FederationConfig } from "@duet/lora-core/protocol/federationConfig";
import type { Snapshot } from "@duet/lora-core/protocol/snapshot";
import { scheduleOf } from "@duet/lora-core/rounds/schedule";
import { methodOf } from "@duet/lora-core/strategies/registry";
import { baseUrl } from "../lib/baseUrl.ts";
import { slug } from "../lib/slug.ts";
import { zipAdapter } from "./adapterArchive.ts";

export interface AdapterDownload {
  readonly fileName: string;
  readonly content: Uint8Array;
}

/** One of this tab's own adapters. */
export function ownAdapter(kind: ClientAdapterKind, adapters: KeptAdapters, config: FederationConfig): AdapterDownload {
  const base = federationBase(config.model);
  const fusion = kind === "fused" ? adapters.fusion : null;
  const readme = adapterCard({ kind, round: adapters.round, fusion, figures: adapters.figures, config, base, format: "peft" });
  return {
    fileName: `${slug(config.name)}-${kind}.zip`,
    content: zipAdapter(exportClientAdapter(kind, adapters, config.adapter, base), readme),
  };
}

/** Closed rounds after which the coordinator has a shared adapter, oldest first. */
export function sharedRounds({ config, rounds }: Pick<Snapshot, "config" | "rounds">): readonly number[] {
  const uploading = new Set(
    scheduleOf(methodOf(config.strategy), config.budgets).flatMap(({ round, uploads }) => (uploads ? round : [])),
  );
  return rounds.filter(({ closedAt, round }) => closedAt !== null && uploading.has(round)).map(({ round }) => round);
}

/** The shared adapter after a round, from the coordinator. @throws {Error} when it cannot be had. */
export async function sharedAdapter(
  round: number,
  { federationId, config }: Pick<Snapshot, "federationId" | "config">,
  token: string,
): Promise<AdapterDownload> {
  const tensors = await adapterFile(baseUrl(), federationId, round, token);
  const base = federationBase(config.model);
  const readme = adapterCard({ kind: "shared", round, fusion: null, figures: null, config, base, format: "peft" });
  return {
    fileName: `${slug(config.name)}-shared-round-${round}.zip`,
    content: zipAdapter(exportAdapter(tensors, config.adapter, base), readme),
  };
}
