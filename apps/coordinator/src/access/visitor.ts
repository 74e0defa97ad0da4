/** Who is behind a request or a socket, as far as the coordinator can tell. */
import { BlockList, isIP } from "node:net";
import ipaddr from "ipaddr.js";
import type { SignedIn, SignedSessions } from "./signedSessions.ts";
import { type Arrival, addressOf, cameThroughProxy, forwarded, type Trust } from "./trustedProxy.ts";

export interface Visitor {
  readonly address: string;
  /** What limits count by: an IPv4 address, or the /64 of an IPv6 one, which one household has as a whole. */
  readonly network: string;
  /** On this machine, and not handed on by a proxy. */
  readonly isLocal: boolean;
  /** Null for somebody who is not signed in. */
  readonly signedIn: SignedIn | null;
}

const IPV6_NETWORK_PARTS = 4;

const loopback = new BlockList();
loopback.addSubnet("127.0.0.0", 8, "ipv4");
loopback.addAddress("::1", "ipv6");

/** Whether an address reaches only this machine. */
export function isLoopback(address: string): boolean {
  const version = isIP(address);
  return version !== 0 && loopback.check(address, version === 4 ? "ipv4" : "ipv6");
}

/** Whether the request came over https, as far as a trusted proxy says. */
export function isSecure(arrival: Arrival, trusts: Trust): boolean {
  const isTrusted = trusts(arrival.socket.remoteAddress ?? "");
  return isTrusted && forwarded(arrival.headers, "x-forwarded-proto")?.toLowerCase() === "https";
}

export async function visitorOf(arrival: Arrival, trusts: Trust, sessions: Pick<SignedSessions, "read">): Promise<Visitor> {
  const address = addressOf(arrival, trusts);
  return {
    address,
    network: networkOf(address),
    isLocal: isLoopback(address) && !cameThroughProxy(arrival.headers),
    signedIn: await sessions.read(arrival.headers),
  };
}

export function networkOf(address: string): string {
  if (isIP(address) !== 6) return address;
  const { parts } = ipaddr.IPv6.parse(address);
  return `${parts
    .slice(0, IPV6_NETWORK_PARTS)
    .map((part) => part.toString(16))
    .join(":")}::/64`;
}
