/** What was agreed when a federation was created; tokens as hashes. */
import { sha256Hex } from "@duet/lora-core/protocol/blobs";
import { federationConfig } from "@duet/lora-core/protocol/federationConfig";
import { ROBUSTNESS } from "@duet/lora-core/robustness/robustnessConfig";
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

/** Federations of version 1 chose no protection; bounds leave honest rounds as they are. */
function fromVersion1(older: unknown): unknown {
  const record = older as { readonly config?: object };
  return { ...record, config: { ...record.config, robustness: ROBUSTNESS.clip } };
}

export const recordFormat: StoredFormat<FederationRecord> = { schema: federationRecord, migrations: [fromVersion1] };
