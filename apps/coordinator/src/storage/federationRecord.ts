/** What the organiser decided about a federation, at its creation and since. No secrets: links are signed, see federations/links.ts. */
import { AS_THEY_ARE } from "@duet/lora-core/compression/uploadCoding";
import { federationConfig } from "@duet/lora-core/protocol/federationConfig";
import { joining, listing } from "@duet/lora-core/protocol/organiserView";
import { ROBUSTNESS } from "@duet/lora-core/robustness/robustnessConfig";
import { z } from "zod";
import { hashToken } from "../ports/secrets.ts";
import type { StoredFormat } from "./storedFormat.ts";

const linkState = z.strictObject({
  /** A code of another one is refused. */
  generation: z.number().int().min(1),
  /** Of the newest code, milliseconds since the epoch, whole seconds; null where there is none. */
  expiresAt: z.number().nullable(),
  /** SHA-256 of the random code that Duet 0.1 gave out, honoured until the link is replaced. */
  olderHash: z.string().nullable(),
});
export type LinkState = z.output<typeof linkState>;

const linkStates = z.strictObject({ invite: linkState, watch: linkState, organiser: linkState });
export type LinkStates = z.output<typeof linkStates>;

const federationRecord = z.strictObject({
  federationId: z.string(),
  createdAt: z.number(),
  config: federationConfig,
  links: linkStates,
  joining,
  listing,
});
export type FederationRecord = z.output<typeof federationRecord>;

/** Federations of version 1 chose no protection; bounds leave honest rounds as they are. */
function fromVersion1(older: unknown): unknown {
  const record = older as { readonly config?: object };
  return { ...record, config: { ...record.config, robustness: ROBUSTNESS.clip } };
}

/** Until version 2 links were random codes, the watch code in clear; whoever reached the coordinator saw every federation listed. */
function fromVersion2(older: unknown): unknown {
  const { inviteHash, organiserHash, watchToken, ...record } = older as Readonly<Record<string, unknown>>;
  const link = (olderHash: unknown) => ({ generation: 1, expiresAt: null, olderHash });
  const watchHash = typeof watchToken === "string" ? hashToken(watchToken) : undefined;
  const links = { invite: link(inviteHash), watch: link(watchHash), organiser: link(organiserHash) };
  return { ...record, links, joining: "open", listing: null };
}

/** Until version 3 what clients share was sent as it is. */
function fromVersion3(older: unknown): unknown {
  const record = older as { readonly config?: object };
  return { ...record, config: { ...record.config, aggregation: "plain" } };
}

/** Until version 4 values were sent as they are. */
function fromVersion4(older: unknown): unknown {
  const record = older as { readonly config?: object };
  return { ...record, config: { ...record.config, upload: AS_THEY_ARE } };
}

export const recordFormat: StoredFormat<FederationRecord> = {
  schema: federationRecord,
  migrations: [fromVersion1, fromVersion2, fromVersion3, fromVersion4],
};
