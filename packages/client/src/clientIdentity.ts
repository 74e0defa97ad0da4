/** Who a client is in a federation, as it remembers itself on its device. */
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

/** Where identities are kept: sessionStorage in a tab, a file elsewhere. */
export interface IdentityStore {
  identity(federationId: string): ClientIdentity | null;
  saveIdentity(identity: ClientIdentity): void;
  forgetIdentity(federationId: string): void;
}
