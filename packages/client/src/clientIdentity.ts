/** Who a client is in a federation, as it remembers itself on its device. */
import type { Snapshot } from "@duet/lora-core/protocol/snapshot";
import { z } from "zod";

export const clientIdentity = z.object({
  /** Of this record's form. Records from before it had one are of the first. */
  version: z.literal(1).default(1),
  federationId: z.string(),
  inviteToken: z.string(),
  name: z.string(),
  clientId: z.string(),
  resumeToken: z.string(),
  /** Why it takes part no more, one sentence; it then only shows what it has kept. Null while it takes part. */
  removed: z.string().nullable().default(null),
});
export type ClientIdentity = z.output<typeof clientIdentity>;

/** A client that asked to join and waits for the organiser: with the same token it keeps its place. */
export const askingClient = z.object({ federationId: z.string(), name: z.string(), resumeToken: z.string() });
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
