/** Requests that are for a federation of another node: passed on as they are, and answered as they are answered there. */
import { type IncomingMessage, type ServerResponse, request as send } from "node:http";
import { request as sendSecurely } from "node:https";
import type { NodeLinks } from "../ports/nodeLinks.ts";

const FEDERATION_PATH = /^\/federations\/([^/?]+)/;

/** Which federation a path is of; null for every other. */
export function federationOf(url: string): string | null {
  return FEDERATION_PATH.exec(url)?.[1] ?? null;
}

export interface PassedOn {
  readonly node: string;
  /** Say to it whose request it is. */
  readonly headers: Readonly<Record<string, string>>;
  readonly links: NodeLinks;
}

/** Whoever asked sees a connection that broke off where the node is gone, and asks again. */
export function passOn({ node, headers, links }: PassedOn, incoming: IncomingMessage, response: ServerResponse): void {
  const target = new URL(incoming.url ?? "/", node);
  const options = { method: incoming.method ?? "GET", headers: { ...incoming.headers, ...headers, host: target.host } };
  const outgoing = (target.protocol === "https:" ? sendSecurely : send)(target, options, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(response);
    answer.once("error", () => response.destroy());
  });
  const forget = links.add(node, () => response.destroy());
  outgoing.once("error", () => response.destroy());
  response.once("close", () => {
    forget();
    outgoing.destroy();
  });
  incoming.pipe(outgoing);
}
