/** What a proxy in front of the coordinator says about a request, where the proxy is trusted. */
import type { IncomingHttpHeaders } from "node:http";
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

/** The last value of a header that proxies append to: the one that the nearest proxy wrote. */
export function forwarded(headers: IncomingHttpHeaders, name: "x-forwarded-host" | "x-forwarded-proto"): string | undefined {
  const value = headers[name];
  const text = Array.isArray(value) ? value.at(-1) : value;
  return text?.split(",").at(-1)?.trim() || undefined;
}
