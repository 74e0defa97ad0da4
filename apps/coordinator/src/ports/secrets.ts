/** Tokens and ids: made here, stored only as SHA-256, compared without leaking time. */
import { createHash, randomBytes, timingSafeEqual } from "node:crypto";

/** 192 random bits, base64url. */
export function createToken(): string {
  return randomBytes(24).toString("base64url");
}

/** 72 random bits, base64url: unique, not secret. */
export function createId(): string {
  return randomBytes(9).toString("base64url");
}

/** SHA-256 of a token, hex: what is stored. The tokens are random, so no salt is needed. */
export function hashToken(token: string): string {
  return createHash("sha256").update(token).digest("hex");
}

/** Whether the token has this hash. */
export function matchesHash(token: string, hash: string): boolean {
  return timingSafeEqual(Buffer.from(hashToken(token), "hex"), Buffer.from(hash, "hex"));
}
