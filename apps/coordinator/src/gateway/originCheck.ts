/**
 * Keeps other web sites from talking to the coordinator through a visitor's browser: WebSockets are not bound by CORS. A request of a
 * page is accepted when the page's origin is the address at which the coordinator was reached, or one that it was told of.
 */
import type { RefusalSaying } from "@duet/lora-core/protocol/refusalSentences";
import type { Told } from "@duet/lora-core/sayings/saying";
import type { Logger } from "pino";
import { type Arrival, compileTrust, forwarded } from "../access/trustedProxy.ts";
import { Refusal } from "../refusal.ts";

export interface OriginSettings {
  /** Origins at which people open the page, besides where the coordinator is reached. */
  readonly origins: readonly string[];
  /** Proxies whose X-Forwarded-Host and X-Forwarded-Proto are believed. */
  readonly trustProxy: readonly string[];
}

export interface OriginCheck {
  /**
   * Why a page of this origin may not talk to the coordinator over this request, and what mends it, for people; null when it may, and
   * for programs that are no browsers, which send no origin.
   */
  refusal(arrival: Arrival, origin?: string): Refusal | null;
}

/** Pairs that are logged at most; a stranger may make up any number. */
const MAX_LOGGED = 100;
const MAX_SHOWN = 120;

/** A refused pair of origin and address is logged once. */
export function createOriginCheck({ origins, trustProxy }: OriginSettings, logger: Logger): OriginCheck {
  const trusts = compileTrust(trustProxy);
  const allowed = new Set(origins.map((origin) => placeOf(origin)));
  const logged = new Set<string>();

  /** Address at which the coordinator was reached, as far as it is known; of the page's own scheme where nobody says which. */
  function reachedAt({ headers, socket }: Arrival, scheme: string): string {
    const believed = trusts(socket.remoteAddress ?? "");
    const proto = believed ? forwarded(headers, "x-forwarded-proto")?.toLowerCase() : undefined;
    const host = (believed ? forwarded(headers, "x-forwarded-host") : undefined) ?? headers.host;
    return `${proto ?? scheme}://${host ?? ""}`;
  }

  return {
    refusal(arrival, origin = arrival.headers.origin) {
      if (origin === undefined) return null;
      const page = placeOf(origin);
      const reached = reachedAt(arrival, /^https?(?=:)/i.exec(origin)?.[0].toLowerCase() ?? "http");
      if (page !== null && (allowed.has(page) || isSameHost(page, placeOf(reached)))) return null;
      const [shown, expected] = [origin.slice(0, MAX_SHOWN), reached.slice(0, MAX_SHOWN)];
      if (logged.size < MAX_LOGGED && !logged.has(`${shown} ${expected}`)) {
        logged.add(`${shown} ${expected}`);
        logger.warn({ origin: shown, expected }, "A page of another address was refused; --origin or --trust-proxy allow it");
      }
      const next: RefusalSaying = page === null ? ["openThere"] : remedy(arrival, shown, page);
      return new Refusal("WRONG_PAGE", ["pageElsewhere", shown, expected, next as Told]);
    },
  };

  /** The option that mends it. */
  function remedy({ headers, socket }: Arrival, shown: string, page: string): RefusalSaying {
    const address = (socket.remoteAddress ?? "").replace(/^::ffff:/, "");
    const host = forwarded(headers, "x-forwarded-host");
    const isKnown = host !== undefined && isSameHost(page, placeOf(`${page.slice(0, page.indexOf(":"))}://${host}`));
    if (isKnown && !trusts(socket.remoteAddress ?? "")) {
      return ["trustProxy", address, shown];
    }
    return ["allowOrigin", shown];
  }
}

/**
 * Scheme, host and port of an origin or address in one spelling: letter case, a dot at the end, forms of IPv6 and the port that its
 * scheme implies make no difference. Null when it is not that of a web page, or more than that.
 */
function placeOf(origin: string): string | null {
  if (!/^https?:\/\/[^\s/?#@\\]+\/?$/i.test(origin) || !URL.canParse(origin)) return null;
  const { protocol, hostname, port } = new URL(origin);
  return `${protocol}//${hostname.replace(/\.$/, "")}:${port || (protocol === "https:" ? 443 : 80)}`;
}

/** The scheme has had its say in the port; proxies are often wrong about the scheme itself, and right about a port that they name. */
function isSameHost(page: string, reached: string | null): boolean {
  const hostOf = (place: string) => place.slice(place.indexOf("//"));
  return reached !== null && hostOf(page) === hostOf(reached);
}
