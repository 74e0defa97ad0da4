/** Who comes in, and as whom: the parts that HTTP and sockets ask, made once. */
import type { SessionState } from "@duet/lora-core/protocol/session";
import type { Clock } from "../ports/clock.ts";
import { matchesHash } from "../ports/secrets.ts";
import { Refusal } from "../refusal.ts";
import { accountName } from "./account.ts";
import { type CreationRule, createCreationRule } from "./creation.ts";
import { createHostCheck, type HostCheck } from "./hostCheck.ts";
import { createSignedSessions, type SignedSessions } from "./signedSessions.ts";
import { type Arrival, compileTrust, type Trust } from "./trustedProxy.ts";
import { type Visitor, visitorOf } from "./visitor.ts";

export interface AccessSettings {
  readonly host: string;
  readonly base: string;
  readonly origins: readonly string[];
  readonly trustProxy: readonly string[];
  /** SHA-256 of the operator key, hex; null where there is no operator key. */
  readonly operatorKeyHash: string | null;
  /** Signs sessions; stays on the coordinator. */
  readonly signingKey: Uint8Array;
  readonly clock: Clock;
}

export interface Access {
  readonly trusts: Trust;
  readonly hostCheck: HostCheck;
  readonly creation: CreationRule;
  readonly sessions: SignedSessions;
  visitorOf(arrival: Arrival): Promise<Visitor>;
  /** @throws {Refusal} WRONG_KEY */
  assertOperatorKey(key: string): void;
  /** What the page shows of it. */
  stateOf(visitor: Visitor): SessionState;
}

export function createAccess(settings: AccessSettings): Access {
  const { host, base, origins, trustProxy, operatorKeyHash: keyHash, signingKey, clock } = settings;
  const trusts = compileTrust(trustProxy);
  const sessions = createSignedSessions({ signingKey, clock, base, wayIn: { operator: keyHash, openid: null } });
  const creation = createCreationRule(keyHash === null, clock);
  return {
    trusts,
    hostCheck: createHostCheck({ host, origins, trusts }),
    creation,
    sessions,
    visitorOf: (arrival) => visitorOf(arrival, trusts, sessions),
    assertOperatorKey(key) {
      if (keyHash === null || !matchesHash(key.trim(), keyHash))
        throw new Refusal("WRONG_KEY", "This is not the operator key of this coordinator");
    },
    stateOf(visitor) {
      const account = visitor.signedIn?.account;
      return {
        account: account ? { kind: account.kind, name: accountName(account) } : null,
        mayCreate: creation.allows(visitor),
        signIn: { key: keyHash !== null, openId: null },
      };
    },
  };
}
