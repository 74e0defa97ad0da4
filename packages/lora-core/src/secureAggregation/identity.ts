/** Who a client is across rounds: an Ed25519 key (RFC 8032) that stays on its device, and words by which people compare keys. */
import { ed25519 } from "@noble/curves/ed25519.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { wordlist } from "@scure/bip39/wordlists/english.js";
import { canonicalBytes } from "./canonicalBytes.ts";
import type { KeyPair } from "./keyAgreement.ts";
import type { RandomBytes } from "./randomBytes.ts";

/** A client's id and its identity's public key. */
export interface Identity {
  readonly client: string;
  readonly publicKey: Uint8Array;
}

/** 11 bits each. */
const PHRASE_WORDS = 6;
const WORD_BITS = 11n;

/** New keys; the secret one never leaves the device. */
export function newIdentity(randomBytes: RandomBytes): KeyPair {
  const secretKey = randomBytes(32);
  return { secretKey, publicKey: ed25519.getPublicKey(secretKey) };
}

export const publicKeyOf = (secretKey: Uint8Array): Uint8Array => ed25519.getPublicKey(secretKey);

export function sign(secretKey: Uint8Array, message: Uint8Array): Uint8Array {
  return ed25519.sign(message, secretKey);
}

/** Six words (66 bits) of one identity, for participants to compare over the telephone. */
export function identityPhrase(publicKey: Uint8Array): string {
  return phraseOf(canonicalBytes("duet identity phrase 1", publicKey));
}

/** Six words of all identities of a federation: who reads the same words as all others knows that all see the same keys. */
export function federationPhrase(federationId: string, identities: readonly Identity[]): string {
  const sorted = identities.toSorted((a, b) => (a.client < b.client ? -1 : 1));
  const fields = sorted.flatMap(({ client, publicKey }) => [client, publicKey]);
  return phraseOf(canonicalBytes("duet federation phrase 1", federationId, ...fields));
}

/** The first bits of SHA-256, as words of BIP 39's English list. */
function phraseOf(bytes: Uint8Array): string {
  const hash = sha256(bytes).reduce((number, byte) => (number << 8n) | BigInt(byte), 0n);
  const words = Array.from({ length: PHRASE_WORDS }, (_, i) => {
    const index = (hash >> (256n - WORD_BITS * BigInt(i + 1))) & 0x7ffn;
    return wordlist[Number(index)] as string;
  });
  return words.join(" ");
}
