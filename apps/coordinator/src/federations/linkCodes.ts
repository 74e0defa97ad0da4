/** Codes of links: compact JWS (RFC 7515), signed with HS256 by the coordinator's key. Signed and verified by jose, which leaks no time. */
import { LINK_ROLES, linkRole } from "@duet/lora-core/protocol/organiserView";
import { CompactSign, compactVerify } from "jose";
import { z } from "zod";

/** What a code says. Its federation's record decides whether that still holds. */
const linkClaims = z.strictObject({
  federationId: z.string(),
  role: linkRole,
  generation: z.number().int().min(1),
  /** Milliseconds since the epoch, whole seconds. */
  expiresAt: z.number().int(),
});
export type LinkClaims = z.output<typeof linkClaims>;

export interface LinkCodes {
  /** The same claims give the same code. */
  sign(claims: LinkClaims): Promise<string>;
  /** Null for what this coordinator did not sign. */
  verify(code: string): Promise<LinkClaims | null>;
}

const ALGORITHM = "HS256";

/** In the code each claim has one letter, and the role is a number: links are read out and printed. */
const wire = z
  .strictObject({ f: z.string(), r: z.number(), g: z.number(), e: z.number() })
  .transform(({ f, r, g, e }) => ({ federationId: f, role: LINK_ROLES[r], generation: g, expiresAt: 1000 * e }))
  .pipe(linkClaims);

export function createLinkCodes(key: Uint8Array): LinkCodes {
  return {
    sign({ federationId, role, generation, expiresAt }) {
      const claims = { f: federationId, r: LINK_ROLES.indexOf(role), g: generation, e: expiresAt / 1000 };
      return new CompactSign(new TextEncoder().encode(JSON.stringify(claims))).setProtectedHeader({ alg: ALGORITHM }).sign(key);
    },
    async verify(code) {
      try {
        const { payload } = await compactVerify(code, key, { algorithms: [ALGORITHM] });
        return wire.parse(JSON.parse(new TextDecoder().decode(payload)));
      } catch {
        return null;
      }
    },
  };
}
