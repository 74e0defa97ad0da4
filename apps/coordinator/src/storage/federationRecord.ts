/** What was agreed when a federation was created; tokens as hashes. */
import { sha256Hex } from "@duet/lora-core/protocol/blobs";
import { federationConfig } from "@duet/lora-core/protocol/federationConfig";
import { z } from "zod";
import type { StoredFormat } from "./storedFormat.ts";

const federationRecord = z.strictObject({
  federationId: z.string(),
  createdAt: z.number(),
  config: federationConfig,
  inviteHash: sha256Hex,
  organiserHash: sha256Hex,
  /** Not a secret towards those who can reach the coordinator, so stored as it is. */
  watchToken: z.string(),
});
export type FederationRecord = z.output<typeof federationRecord>;

export const recordFormat: StoredFormat<FederationRecord> = { schema: federationRecord, migrations: [] };
