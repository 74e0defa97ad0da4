/** Keys of an attempt: X25519 (RFC 7748), and HKDF-SHA256 (RFC 5869) from a shared secret to one key for one purpose. */
import { x25519 } from "@noble/curves/ed25519.js";
import { hkdf } from "@noble/hashes/hkdf.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { algorithms } from "./algorithms.ts";
import type { RandomBytes } from "./randomBytes.ts";
import { SecureAggregationError } from "./secureAggregationError.ts";

export const KEY_BYTES = 32;

export interface KeyPair {
  readonly secretKey: Uint8Array;
  readonly publicKey: Uint8Array;
}

export function newKeyPair(randomBytes: RandomBytes): KeyPair {
  const secretKey = randomBytes(KEY_BYTES);
  return { secretKey, publicKey: publicKeyOf(secretKey) };
}

export function publicKeyOf(secretKey: Uint8Array): Uint8Array {
  return x25519.getPublicKey(secretKey);
}

/**
 * The key of two clients for what `context` says: both find the same. `peer` is named if its public key is of small order, with which
 * every secret would be all zero.
 * @throws {SecureAggregationError} "weak key".
 */
export async function agreedKey(
  secretKey: Uint8Array,
  publicKey: Uint8Array,
  context: Uint8Array,
  peer: string,
): Promise<Uint8Array> {
  const { agree } = await algorithms();
  const shared = await agree(secretKey, publicKey).catch((cause: unknown) => refuseKey(peer, cause));
  if (shared.every((byte) => byte === 0)) refuseKey(peer);
  return derivedKey(shared, context);
}

/** What no client may announce: a key with which no secret can be agreed. @throws {SecureAggregationError} "weak key". */
export function checkStrength(publicKey: Uint8Array, owner: string): void {
  try {
    x25519.getSharedSecret(ANY_SECRET, publicKey);
  } catch (cause) {
    refuseKey(owner, cause);
  }
}
const ANY_SECRET = new Uint8Array(KEY_BYTES).fill(1);

/** HKDF-SHA256 without salt. */
export function derivedKey(secret: Uint8Array, context: Uint8Array): Uint8Array {
  return hkdf(sha256, secret, undefined, context, KEY_BYTES);
}

function refuseKey(peer: string, cause?: unknown): never {
  throw new SecureAggregationError("weak key", ["weakKey", peer], peer, { cause });
}
