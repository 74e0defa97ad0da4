/** Who may create federations: anybody on this machine where only this machine reaches the coordinator, otherwise who is signed in. */
import { Refusal } from "../refusal.ts";
import type { SignedSessions } from "./signedSessions.ts";
import { isLoopback, type Visitor } from "./visitor.ts";

export interface Exposure {
  /** Address or name that it listens on. */
  readonly host: string;
  readonly origins: readonly string[];
  readonly trustProxy: readonly string[];
  /** Somebody can sign in: there is an operator key, or an OpenID provider. */
  readonly hasWayIn: boolean;
}

/**
 * A coordinator that strangers reach has a way to sign in. A page's own origin and a trusted proxy mean strangers, on localhost too.
 * @throws {Error} with the options that mend it.
 */
export function assertProtected({ host, origins, trustProxy, hasWayIn }: Exposure): void {
  if (hasWayIn) return;
  const isOpen = !isLocalHost(host);
  if (!isOpen && origins.length === 0 && trustProxy.length === 0) return;
  const reached = isOpen ? `On --host ${host}` : "With --origin or --trust-proxy";
  throw new Error(
    `${reached} strangers reach this coordinator and could fill it: say who may create federations, with --operator-key-file ` +
      "or --openid-issuer, and put TLS in front of it as docs/deploy.md shows.",
  );
}

/** Whether only this machine reaches a listener of this host. */
export function isLocalHost(host: string): boolean {
  return host.toLowerCase() === "localhost" || isLoopback(host.replace(/^\[|\]$/g, ""));
}

export interface CreationRule {
  allows(visitor: Visitor): boolean;
  /** @throws {Refusal} SIGN_IN_REQUIRED with how to get the right. */
  assertAllowed(visitor: Visitor): void;
}

/** `isOpen`: somebody on this machine needs no account. */
export function createCreationRule(isOpen: boolean, { holds }: Pick<SignedSessions, "holds">): CreationRule {
  const allows = ({ isLocal, signedIn }: Visitor) => (signedIn === null ? isOpen && isLocal : holds(signedIn));
  return {
    allows,
    assertAllowed(visitor) {
      if (allows(visitor)) return;
      throw new Refusal("SIGN_IN_REQUIRED", [isOpen ? "createsOnlyHere" : "createsSignedIn"]);
    },
  };
}
