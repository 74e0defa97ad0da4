/** The keys of an attempt, signed by who they belong to. Client and coordinator check them alike. */

import { equalBytes } from "@noble/ciphers/utils.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { type AttemptTerms, contextBytes, leastMembers, termsDigest } from "./attempt.ts";
import { sign, verify } from "./identity.ts";
import type { KeyAnnouncement, KeyEntry, KeyList } from "./messages.ts";
import { SecureAggregationError } from "./secureAggregationError.ts";

/** Public keys of the clients' identities, as this device or coordinator knows them. */
export type Identities = ReadonlyMap<string, Uint8Array>;

type PublicKeys = Pick<KeyAnnouncement, "shareKey" | "maskKey">;

/** Signs with the terms, so that nobody is given other ones. */
export function announce(terms: AttemptTerms, client: string, keys: PublicKeys, identityKey: Uint8Array): KeyAnnouncement {
  return { ...keys, signature: sign(identityKey, announcedBytes(terms, client, keys)) };
}

/** @throws {SecureAggregationError} "unknown client", "forged signature". */
export function checkEntry(terms: AttemptTerms, identities: Identities, { client, signature, ...keys }: KeyEntry): void {
  const identity = identities.get(client);
  if (!identity) throw new SecureAggregationError("unknown client", `Nobody here knows a client ${client}`, client);
  if (!verify(identity, announcedBytes(terms, client, keys), signature)) {
    throw new SecureAggregationError("forged signature", `The keys of ${client} for this attempt are not signed by it`, client);
  }
}

/** @throws {SecureAggregationError} as {@link checkEntry}; "repeated key", "too few". */
export function checkKeyList(terms: AttemptTerms, identities: Identities, { entries }: KeyList): void {
  checkSize("keys", entries.length, leastMembers(terms, entries.length));
  checkDistinct(entries.map(({ client }) => ({ client, key: identities.get(client) ?? new Uint8Array() })));
  checkDistinct(entries.flatMap(({ client, shareKey, maskKey }) => [shareKey, maskKey].map((key) => ({ client, key }))));
  for (const entry of entries) checkEntry(terms, identities, entry);
}

/** Two clients with one key would have masks and boxes in common. @throws {SecureAggregationError} "repeated key". */
export function checkDistinct(keys: readonly { readonly client: string; readonly key: Uint8Array }[]): void {
  const owners = new Map<string, string>();
  for (const { client, key } of keys) {
    const owner = owners.get(key.join());
    if (owner !== undefined)
      throw new SecureAggregationError("repeated key", `${client} has a key that ${owner} has, too`, client);
    owners.set(key.join(), client);
  }
}

/** SHA-256 of a key list: what the graph grows from, and what is signed with U3. */
export function keyListDigest(terms: AttemptTerms, { entries }: KeyList): Uint8Array {
  const fields = entries.flatMap(({ client, shareKey, maskKey, signature }) => [client, shareKey, maskKey, signature]);
  return sha256(contextBytes(terms, "key list", termsDigest(terms), ...fields));
}

export const sameBytes = (a: Uint8Array, b: Uint8Array): boolean => a.length === b.length && equalBytes(a, b);

/** @throws {SecureAggregationError} "too few". */
export function checkSize(what: string, have: number, needed: number): void {
  if (have < needed)
    throw new SecureAggregationError("too few", `Only ${have} clients are left after ${what}, ${needed} are needed`);
}

function announcedBytes(terms: AttemptTerms, client: string, { shareKey, maskKey }: PublicKeys): Uint8Array {
  return contextBytes(terms, "keys", termsDigest(terms), client, shareKey, maskKey);
}
