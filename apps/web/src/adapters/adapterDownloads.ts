/** What can be downloaded of a federation's adapters, and what each download is called. */
import { adapterFile } from "@duet/client/adapterFile";
import type { KeptAdapters } from "@duet/client/keptAdapters";
import type { ClientAdapterKind } from "@duet/lora-core/federation/heldAdapters";
import type { FederationConfig } from "@duet/lora-core/protocol/federationConfig";
import type { Snapshot } from "@duet/lora-core/protocol/snapshot";
import { scheduleOf } from "@duet/lora-core/rounds/schedule";
import { methodOf } from "@duet/lora-core/strategies/registry";
import { baseUrl } from "../lib/baseUrl.ts";
import { slug } from "../lib/slug.ts";
import type { Export } from "../services/adapterExport.ts";

export interface AdapterDownload extends Export {
  /** Of the .zip. */
  readonly fileName: string;
}

type Format = Export["format"];

/** One of this tab's own adapters. */
export function ownAdapter(
  kind: ClientAdapterKind,
  adapters: KeptAdapters,
  config: FederationConfig,
  format: Format,
): AdapterDownload {
  return { fileName: nameOf(config, kind, format), config, format, source: { from: "client", kind, adapters } };
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
  format: Format,
): Promise<AdapterDownload> {
  const tensors = await adapterFile(baseUrl(), federationId, round, token);
  const fileName = nameOf(config, `shared-round-${round}`, format);
  return { fileName, config, format, source: { from: "coordinator", round, tensors } };
}

const nameOf = ({ name }: FederationConfig, which: string, format: Format) =>
  `${slug(name)}-${which}${format === "peft" ? "" : `-${format}`}.zip`;
