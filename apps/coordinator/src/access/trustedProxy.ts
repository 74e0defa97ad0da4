/** What a proxy in front of the coordinator says about a request, where the proxy is trusted. */
import type { IncomingHttpHeaders } from "node:http";
import { isIP } from "node:net";
import { compile } from "@fastify/proxy-addr";

/** True for the address of a proxy that is believed. */
export type Trust = (address: string) => boolean;

/** Of addresses, ranges such as `10.0.0.0/8`, and the names `loopback`, `linklocal`, `uniquelocal`. @throws {TypeError} on another text. */
export function compileTrust(addresses: readonly string[]): Trust {
  const trusts = compile([...addresses]);
  return (address) => trusts(address, 0);
}

/** The request's headers and where it came from: of Node's own requests, so that sockets and HTTP are judged by the same rule. */
export interface Arrival {
  readonly headers: IncomingHttpHeaders;
  readonly socket: { readonly remoteAddress?: string | undefined };
}

type ForwardingHeader = "x-forwarded-for" | "x-forwarded-host" | "x-forwarded-proto";

/** The last value of a header that proxies append to: the one that the nearest proxy wrote. */
export function forwarded(headers: IncomingHttpHeaders, name: ForwardingHeader): string | undefined {
  return valuesOf(headers, name).at(-1);
}

/**
 * Where a request comes from: the connection's other end or, through trusted proxies, the last address that one of them names and that
 * is not a trusted proxy itself. What is no address is not believed.
 */
export function addressOf({ headers, socket }: Arrival, trusts: Trust): string {
  let address = plainAddress(socket.remoteAddress ?? "");
  for (const named of valuesOf(headers, "x-forwarded-for").reverse()) {
    if (!trusts(address) || isIP(named) === 0) break;
    address = plainAddress(named);
  }
  return address;
}

const LEFT_BY_PROXIES = ["forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip"] as const;

/** Whether any proxy, trusted or not, has left its mark on the request: then it is not of this machine, wherever the proxy runs. */
export function cameThroughProxy(headers: IncomingHttpHeaders): boolean {
  return LEFT_BY_PROXIES.some((name) => headers[name] !== undefined);
}

/** An IPv4 address as IPv4, also where the listener has both. */
function plainAddress(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/i, "");
}

function valuesOf(headers: IncomingHttpHeaders, name: ForwardingHeader): string[] {
  const text = [headers[name] ?? ""].flat().join(",");
  return text
    .split(",")
    .map((part) => part.trim())
    .filter(Boolean);
}
