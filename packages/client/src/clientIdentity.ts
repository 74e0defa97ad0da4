/** Who a client is in a federation, as it remembers itself on its device. */
import { figuresFor } from "@duet/lora-core/protocol/figures";
import type { Snapshot } from "@duet/lora-core/protocol/snapshot";
import { z } from "zod";

/** Secret key of a client's identity; null where no sums are secure. Records of version 1 knew of none. */
const identitySecret = z.string().nullable().default(null);

export const clientIdentity = z.object({
  /** Of this record's form. Records from before it had one are of the first. */
  version: z.number().int().min(1).max(4).default(1),
  federationId: z.string(),
  inviteToken: z.string(),
  name: z.string(),
  /** Who sees its figures. Until version 2 everybody did. */
  figures: figuresFor.default("everybody"),
  clientId: z.string(),
  resumeToken: z.string(),
  identitySecret,
  /** The other clients' keys as it first saw them, by id (identityPins.ts). Until version 3 a reload forgot them. */
  pins: z.record(z.string(), z.string()).default({}),
  /** Of its adapters, where that is less than the federation's. */
  rank: z.number().int().optional(),
  /** Why it takes part no more, one sentence; it then only shows what it has kept. Null while it takes part. */
  removed: z.string().nullable().default(null),
  /** The same as a word of `EXITS`; left out in records from before it was kept. */
  exit: z.string().nullish(),
});
export type ClientIdentity = z.output<typeof clientIdentity>;

/** What proves that a client is the one that it was, to the coordinator and to the other clients. */
export type ClientSecrets = Pick<ClientIdentity, "resumeToken" | "identitySecret">;

/** A client that asked to join and waits for the organiser: with the same token it keeps its place. */
export const askingClient = z.object({ federationId: z.string(), name: z.string(), resumeToken: z.string(), identitySecret });
export type AskingClient = z.output<typeof askingClient>;

/** Where identities are kept: sessionStorage in a tab, a file elsewhere. */
export interface IdentityStore {
  identity(federationId: string): ClientIdentity | null;
  saveIdentity(identity: ClientIdentity): void;
  /** Until the identity is saved or forgotten. */
  saveAsking(asking: AskingClient): void;
  /** What a client that is out shows of its federation from now on. */
  saveParting(snapshot: Snapshot): void;
  forgetIdentity(federationId: string): void;
}
