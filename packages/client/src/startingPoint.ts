/** What a new client of a federation starts from. */

import { encodeAdapter } from "@duet/lora-core/adapters/adapterCodec";
import { adapterLayout } from "@duet/lora-core/adapters/adapterLayout";
import { sha256Of } from "@duet/lora-core/checkpoints/sha256";
import type { ClientCheckpoint } from "@duet/lora-core/contract/clientRound";
import { workError } from "@duet/lora-core/errors/workError";
import { startingAdapters } from "@duet/lora-core/federation/clientAdapters";
import { federationBase } from "@duet/lora-core/federation/federationBase";
import type { Snapshot } from "@duet/lora-core/protocol/snapshot";
import { adapterFile } from "./adapterFile.ts";

/**
 * The federation's initial adapter, and as personal one `personal` where it is given; null where the seed gives everything.
 * `baseUrl` is where the coordinator serves files. @throws {DuetError} when the initial adapter cannot be had, or is not the one that the federation names.
 */
export async function startingPoint(
  { federationId, config }: Pick<Snapshot, "federationId" | "config">,
  token: string,
  personal: Uint8Array | null,
  baseUrl: string,
): Promise<ClientCheckpoint | null> {
  if (config.initialAdapter === null && personal === null) return null;
  const layout = adapterLayout(federationBase(config.model).linears, config.adapter);
  let initial: Uint8Array | null = null;
  if (config.initialAdapter !== null) {
    initial = encodeAdapter(await adapterFile(baseUrl, federationId, "initial", token), layout);
    if (sha256Of(initial) !== config.initialAdapter) throw workError("MODEL_MISMATCH", ["initialChanged"]);
  }
  return { lastRound: null, ...startingAdapters({ initial, personal }, layout, config.seed) };
}
