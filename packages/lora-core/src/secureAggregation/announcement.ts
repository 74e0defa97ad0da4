/** The keys of an attempt, signed by who they belong to. Client and coordinator check them alike. */

import { equalBytes } from "@noble/ciphers/utils.js";
import { sha256 } from "@noble/hashes/sha2.js";
import type { SumPart } from "../errors/secureSentences.ts";
import { algorithms } from "./algorithms.ts";
import { type AttemptTerms, contextBytes, leastMembers, termsDigest } from "./attempt.ts";
import { sign } from "./identity.ts";
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
export async function checkEntry(
  terms: AttemptTerms,
  identities: Identities,
  { client, signature, ...keys }: KeyEntry,
): Promise<void> {
  const identity = identities.get(client);
  if (!identity) throw new SecureAggregationError("unknown client", ["strangerInSum", client], client);
  const { verify } = await algorithms();
  if (!(await verify(identity, announcedBytes(terms, client, keys), signature))) {
    throw new SecureAggregationError("forged signature", ["keysNotSigned", client], client);
  }
}

/** @throws {SecureAggregationError} as {@link checkEntry}; "repeated key", "too few", "too many". */
export async function checkKeyList(terms: AttemptTerms, identities: Identities, { entries }: KeyList): Promise<void> {
  checkSize("keys", entries.length, leastMembers(terms, entries.length));
  checkRoom(terms, entries.length);
  const owners: KeyOwners = new Map();
  for (const entry of entries) claimKeys(owners, identities, entry);
  await Promise.all(entries.map((entry) => checkEntry(terms, identities, entry)));
}

/** Whose each key is, by its bytes. */
export type KeyOwners = Map<string, string>;

/** Two clients with one key would have masks and boxes in common. @throws {SecureAggregationError} "repeated key". */
export function claimKeys(owners: KeyOwners, identities: Identities, { client, shareKey, maskKey }: KeyEntry): void {
  const names = [identities.get(client) ?? new Uint8Array(), shareKey, maskKey].map((key) => key.join());
  const taken = names.find((name, i) => owners.has(name) || names.indexOf(name) < i);
  if (taken !== undefined) {
    throw new SecureAggregationError("repeated key", ["keyRepeated", client, owners.get(taken) ?? client], client);
  }
  for (const name of names) owners.set(name, client);
}

/** The layout's sums hold for so many. @throws {SecureAggregationError} "too many". */
export function checkRoom({ layout }: AttemptTerms, clients: number): void {
  if (clients <= layout.clients) return;
  throw new SecureAggregationError("too many", ["sumTooLarge", clients, layout.clients]);
}

/** SHA-256 of a key list: what the graph grows from, and what is signed with U3. */
export function keyListDigest(terms: AttemptTerms, { entries }: KeyList): Uint8Array {
  const fields = entries.flatMap(({ client, shareKey, maskKey, signature }) => [client, shareKey, maskKey, signature]);
  return sha256(contextBytes(terms, "key list", termsDigest(terms), ...fields));
}

export const sameBytes = (a: Uint8Array, b: Uint8Array): boolean => a.length === b.length && equalBytes(a, b);

/** @throws {SecureAggregationError} "too few". */
export function checkSize(part: SumPart, have: number, needed: number): void {
  if (have < needed) throw new SecureAggregationError("too few", ["tooFewLeft", part, have, needed]);
}

function announcedBytes(terms: AttemptTerms, client: string, { shareKey, maskKey }: PublicKeys): Uint8Array {
  return contextBytes(terms, "keys", termsDigest(terms), client, shareKey, maskKey);
}
