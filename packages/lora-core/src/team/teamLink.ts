/**
 * What a team's link holds: 256 random bits, after its #, so that they are sent nowhere. The coordinator is shown what follows from them one
 * way, which says which team somebody belongs to and opens nothing.
 */
import { base64urlnopad } from "@scure/base";
import { derivedKey } from "../secureAggregation/keyAgreement.ts";
import { systemRandomBytes } from "../secureAggregation/randomBytes.ts";

export interface TeamKeys {
  /** Names the team's room at the coordinator; base64url. */
  readonly room: string;
  /** What the keys of all streams come from; 32 bytes. */
  readonly key: Uint8Array;
}

/** base64url, 43 characters. */
export const createTeamSecret = (): string => base64urlnopad.encode(systemRandomBytes(32));

/** The same of the same secret in the same federation. @throws {Error} on what is not base64url. */
export function teamKeys(secret: string, federationId: string): TeamKeys {
  const bytes = base64urlnopad.decode(secret);
  const derived = (purpose: string) => derivedKey(bytes, new TextEncoder().encode(`duet team ${purpose} ${federationId}`));
  return { room: base64urlnopad.encode(derived("room")), key: derived("key") };
}
