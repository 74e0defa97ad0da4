import { newIdentity } from "@duet/lora-core/secureAggregation/identity";
import { encodeKey } from "@duet/lora-core/secureAggregation/messageCodec";
import { systemRandomBytes } from "@duet/lora-core/secureAggregation/randomBytes";

/** Secret key of a new identity, base64url. Apart from other secrets, as curves are a large part of a page. */
export function createIdentitySecret(): string {
  return encodeKey(newIdentity(systemRandomBytes).secretKey);
}
