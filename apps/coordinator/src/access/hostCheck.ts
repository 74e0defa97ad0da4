/**
 * Under which names the coordinator may be asked for. A page whose own name was made to point at this machine (DNS rebinding) is of the
 * same origin as the coordinator in the eyes of its browser; only the name tells it from the coordinator's own page.
 */
import { isIP } from "node:net";
import { isLocalHost } from "./creation.ts";
import { type Arrival, forwarded, type Trust } from "./trustedProxy.ts";

export interface HostSettings {
  /** What the coordinator listens on. */
  readonly host: string;
  readonly origins: readonly string[];
  readonly trusts: Trust;
}

/** Why a request may not ask for this host, and what mends it, for people; null when it may. */
export type HostCheck = (arrival: Arrival) => string | null;

const MAX_SHOWN = 120;

export function createHostCheck({ host, origins, trusts }: HostSettings): HostCheck {
  const named = new Set(origins.map((origin) => nameOf(new URL(origin).host)));
  const own = nameOf(host.includes(":") ? `[${host}]` : host);
  const isLocalListener = isLocalHost(host);

  const isKnown = (name: string) => {
    if (named.has(name) || isLoopbackName(name)) return true;
    return !isLocalListener && (name === own || isIP(name.replace(/^\[|\]$/g, "")) !== 0);
  };

  return ({ headers, socket }) => {
    const forwardedHost = trusts(socket.remoteAddress ?? "") ? forwarded(headers, "x-forwarded-host") : undefined;
    // A trusted proxy answers for the name, unless the operator has said which names there are.
    if (forwardedHost !== undefined && named.size === 0) return null;
    const asked = forwardedHost ?? headers.host;
    // Browsers always name it.
    if (asked === undefined || asked === "") return null;
    const name = nameOf(asked);
    if (name !== null && isKnown(name)) return null;
    return `This coordinator was asked for as ${asked.slice(0, MAX_SHOWN)}, which is none of its names. Whoever runs it starts it with --origin and the address at which people open the page.`;
  };
}

/** A host header's name in one spelling, without its port; null for what is none. */
function nameOf(host: string): string | null {
  if (!/^[^\s/?#@\\]+$/.test(host) || !URL.canParse(`http://${host}`)) return null;
  return new URL(`http://${host}`).hostname.replace(/\.$/, "");
}

const isLoopbackName = (name: string) => name.endsWith(".localhost") || isLocalHost(name);
