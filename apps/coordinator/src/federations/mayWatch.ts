import { hashToken, matchesHash } from "../ports/secrets.ts";
import type { FederationRunner } from "./federationRunner.ts";

/** Whether this token opens the federation to a reader: the watch token, or the invite token. */
export function mayWatch({ record }: Pick<FederationRunner, "record">, token: string): boolean {
  return matchesHash(token, hashToken(record.watchToken)) || matchesHash(token, record.inviteHash);
}
