/** Who comes in, and as whom: the parts that HTTP and sockets ask, made once. */
import type { SessionState } from "@duet/lora-core/protocol/session";
import type { Clock } from "../ports/clock.ts";
import type { NodeKey } from "../ports/nodeHeader.ts";
import { matchesHash } from "../ports/secrets.ts";
import { Refusal } from "../refusal.ts";
import type { EndedSessions } from "../storage/endedSessions.ts";
import { accountName } from "./account.ts";
import type { Audit } from "./audit.ts";
import { type ConnectionCount, createConnectionCount } from "./connectionCount.ts";
import { type CreationRule, createCreationRule } from "./creation.ts";
import { createGuard, type Guard } from "./guard.ts";
import { createHostCheck, type HostCheck } from "./hostCheck.ts";
import { createJoinGate, type JoinGate } from "./joinGate.ts";
import { MAX_JOINS_AT_ONCE, MAX_SOCKETS_PER_NETWORK, QUOTAS } from "./limits.ts";
import { createLockout } from "./lockout.ts";
import { createOpenIdSignIn, type OpenIdSettings, type OpenIdSignIn } from "./openId.ts";
import { createQuotas } from "./quotas.ts";
import { createSignedSessions, type SignedSessions } from "./signedSessions.ts";
import { type Arrival, addressOf, compileTrust, forwarded, type Trust } from "./trustedProxy.ts";
import { isSecure, networkOf, type Visitor, visitorOf } from "./visitor.ts";

export interface AccessSettings {
  readonly host: string;
  readonly base: string;
  readonly origins: readonly string[];
  readonly trustProxy: readonly string[];
  /** SHA-256 of the operator key, hex; null where there is no operator key. */
  readonly operatorKeyHash: string | null;
  readonly openId: OpenIdSettings | null;
  /** Signs sessions; stays on the coordinator. */
  readonly signingKey: Uint8Array;
  readonly endedSessions: EndedSessions;
  readonly nodes: NodeKey;
  readonly clock: Clock;
  readonly audit: Audit;
  /** What an operator may change of limits.ts. */
  readonly federationsPerHour?: number | undefined;
  readonly socketsPerAddress?: number | undefined;
  readonly joinsAtOnce?: number | undefined;
}

export interface Access {
  readonly trusts: Trust;
  readonly hostCheck: HostCheck;
  readonly creation: CreationRule;
  readonly sessions: SignedSessions;
  /** Null without a provider. */
  readonly openId: OpenIdSignIn | null;
  readonly guard: Guard;
  readonly connections: ConnectionCount;
  readonly joins: JoinGate;
  readonly nodes: NodeKey;
  /** Where it comes from, through trusted proxies and other nodes. */
  addressOf(arrival: Arrival): string;
  visitorOf(arrival: Arrival): Promise<Visitor>;
  /** Where people open the page, as an origin: the first of those that are named, or where this request reached the coordinator. */
  publicOrigin(arrival: Arrival): string;
  /** What a visitor is counted by. */
  networkOf(arrival: Arrival): string;
  /** @throws {Refusal} WRONG_KEY */
  assertOperatorKey(key: string): void;
  /** What the page shows of it. */
  stateOf(visitor: Visitor): SessionState;
}

export function createAccess(settings: AccessSettings): Access {
  const { host, base, origins, trustProxy, operatorKeyHash: keyHash, signingKey, clock, audit } = settings;
  const {
    federationsPerHour = QUOTAS.federation.amount,
    socketsPerAddress = MAX_SOCKETS_PER_NETWORK,
    joinsAtOnce = MAX_JOINS_AT_ONCE,
  } = settings;
  const quotas = createQuotas(clock, { federation: { ...QUOTAS.federation, amount: federationsPerHour } });
  const trusts = compileTrust(trustProxy);
  const { nodes } = settings;
  /** A node says where somebody comes from as a trusted proxy does. */
  const trustsOf = ({ headers }: Arrival): Trust => (nodes.isNode(headers) ? () => true : trusts);
  const sessions = createSignedSessions({
    signingKey,
    clock,
    base,
    ended: settings.endedSessions,
    wayIn: { operator: keyHash, openid: settings.openId && wayOf(settings.openId) },
  });
  const openId = settings.openId && createOpenIdSignIn(settings.openId, signingKey, clock);
  const creation = createCreationRule(keyHash === null && openId === null, sessions);
  return {
    trusts,
    hostCheck: createHostCheck({ host, origins, trusts }),
    creation,
    sessions,
    openId,
    publicOrigin(arrival) {
      if (origins[0] !== undefined) return origins[0];
      const isTrusted = trusts(arrival.socket.remoteAddress ?? "");
      const reached = (isTrusted ? forwarded(arrival.headers, "x-forwarded-host") : undefined) ?? arrival.headers.host;
      return `${isSecure(arrival, trusts) ? "https" : "http"}://${reached}`;
    },
    guard: createGuard({ quotas, lockout: createLockout(clock, audit), audit }),
    connections: createConnectionCount(socketsPerAddress),
    joins: createJoinGate(clock, joinsAtOnce),
    nodes,
    addressOf: (arrival) => addressOf(arrival, trustsOf(arrival)),
    networkOf: (arrival) => networkOf(addressOf(arrival, trustsOf(arrival))),
    visitorOf: (arrival) => visitorOf(arrival, trustsOf(arrival), sessions),
    assertOperatorKey(key) {
      if (keyHash === null || !matchesHash(key.trim(), keyHash)) throw new Refusal("WRONG_KEY", ["wrongOperatorKey"]);
    },
    stateOf(visitor) {
      const account = visitor.signedIn?.account;
      return {
        account: account ? { kind: account.kind, name: accountName(account) } : null,
        mayCreate: creation.allows(visitor),
        signIn: { key: keyHash !== null, openId: openId?.name ?? null },
      };
    },
  };
}

/** What a session of the provider's depends on. */
const wayOf = ({ issuer, clientId, allow }: OpenIdSettings) => [issuer, clientId, ...allow].join(" ");
