/** Keeps other web sites from talking to the coordinator through a visitor's browser: WebSockets are not bound by CORS. */
import type { IncomingMessage } from "node:http";

/**
 * True when the request comes from a page of this very host, or from a program that is no browser (no Origin header).
 * A reverse proxy must pass the Host header on.
 */
export function isSameOrigin({ headers }: Pick<IncomingMessage, "headers">): boolean {
  if (headers.origin === undefined) return true;
  try {
    return new URL(headers.origin).host === headers.host;
  } catch {
    return false;
  }
}
