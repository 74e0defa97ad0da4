/** Shares of a client's two secrets: Shamir over GF(2^8), byte by byte, and the boxes in which they travel. */
import { sha256 } from "@noble/hashes/sha2.js";
import { combine, split } from "shamir-secret-sharing";
import { algorithms } from "./algorithms.ts";
import { SHARE_BYTES } from "./messages.ts";
import type { RandomBytes } from "./randomBytes.ts";
import { SecureAggregationError } from "./secureAggregationError.ts";

const NONCE_BYTES = 12;

/** What one client holds of another's secrets. */
export interface HeldShares {
  readonly maskKey: Uint8Array;
  readonly seed: Uint8Array;
}

/** `count` shares of a secret, any `threshold` of which give it. Each is the values at one point, which is its last byte and never 0. */
export async function splitSecret(secret: Uint8Array, count: number, threshold: number): Promise<readonly Uint8Array[]> {
  return await split(new Uint8Array(secret), count, threshold);
}

/** The secret of shares that are right; of wrong ones something else. @throws {RangeError} a point that is 0 or given twice. */
export async function combineShares(shares: readonly Uint8Array[]): Promise<Uint8Array> {
  const points = shares.map((share) => share[SHARE_BYTES - 1]);
  if (points.includes(0)) throw new RangeError("combineShares: a share at 0 is the secret itself");
  if (new Set(points).size < points.length) throw new RangeError("combineShares: two shares at one point");
  return await combine(shares.map((share) => new Uint8Array(share)));
}

export const shareDigest = (share: Uint8Array): Uint8Array => sha256(share);

/** Encrypts both shares for one holder; `context` names sender and receiver, and nobody can open it as anything else. */
export async function sealShares(
  key: Uint8Array,
  context: Uint8Array,
  { maskKey, seed }: HeldShares,
  randomBytes: RandomBytes,
): Promise<Uint8Array> {
  const { seal } = await algorithms();
  const nonce = randomBytes(NONCE_BYTES);
  return new Uint8Array([...nonce, ...(await seal(key, nonce, context, new Uint8Array([...maskKey, ...seed])))]);
}

/** @throws {SecureAggregationError} "altered share": not what `from` sealed under this context. */
export async function openShares(key: Uint8Array, context: Uint8Array, box: Uint8Array, from: string): Promise<HeldShares> {
  const { open } = await algorithms();
  const plain = await open(key, box.subarray(0, NONCE_BYTES), context, box.subarray(NONCE_BYTES)).catch((cause: unknown) => {
    throw new SecureAggregationError("altered share", ["sharesAltered", from], from, {
      cause,
    });
  });
  return { maskKey: plain.slice(0, SHARE_BYTES), seed: plain.slice(SHARE_BYTES) };
}
