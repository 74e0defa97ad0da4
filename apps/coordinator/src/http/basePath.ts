/**
 * Duet below a path: everything behind this file lives at the root. Some proxies pass the path on and some take it off, so requests with
 * and without it mean the same, and the page is told the path that its browser needs (docs/adr/0021-base-path.md).
 */
import type { IncomingMessage, Server } from "node:http";

/** Takes `base` ("" or "/duet") off every request and every handshake of a socket. Call it after all other listeners were added. */
export function takeOffBase(server: Server, base: string): void {
  if (base === "") return;
  const takeOff = (request: IncomingMessage) => {
    request.url = withoutBase(request.url ?? "/", base);
  };
  server.prependListener("request", takeOff);
  server.prependListener("upgrade", takeOff);
}

/** The page with its own place in it: index.html carries `<base href="/" />`, and all of its addresses are relative to that. */
export function pageBelow(base: string, html: string): string {
  return html.replace('<base href="/" />', `<base href="${base}/" />`);
}

/** What is left of an address below the base; any other address as it is. */
export function withoutBase(url: string, base: string): string {
  if (!url.startsWith(base)) return url;
  const rest = url.slice(base.length);
  if (rest === "" || rest.startsWith("?")) return `/${rest}`;
  return rest.startsWith("/") ? rest : url;
}
