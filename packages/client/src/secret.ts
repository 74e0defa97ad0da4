import { newIdentity } from "@duet/lora-core/secureAggregation/identity";
import { encodeKey } from "@duet/lora-core/secureAggregation/messageCodec";
import { systemRandomBytes } from "@duet/lora-core/secureAggregation/randomBytes";

/** Secret key of a new identity, base64url. */
export function createIdentitySecret(): string {
  return encodeKey(newIdentity(systemRandomBytes).secretKey);
}

/** 192 random bits, base64url: a token that nobody can guess. */
export function createSecret(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(24));
  return btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_");
}
