/** From where an address can be reached, as far as the address itself tells. Pure. */
import { words } from "./federation/words.ts";

export type Reach = "this machine" | "this network" | "anywhere";

/** Of the host of a URL. Names are taken for public, but for those that are kept for one machine or one network. */
export function reachOf(hostname: string): Reach {
  const host = hostname.toLowerCase().replace(/^\[|\]$/g, "");
  if (host === "localhost" || host.endsWith(".localhost") || host.startsWith("127.") || host === "::1") return "this machine";
  const isPrivate =
    /^(10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|169\.254\.)/.test(host) || /^(f[cd][0-9a-f]{2}|fe[89ab][0-9a-f]):/.test(host);
  const isLocalName = host.endsWith(".local") || host.endsWith(".home.arpa") || !/[.:]/.test(host);
  return isPrivate || isLocalName ? "this network" : "anywhere";
}

/** What an organiser has to know before passing a link on; null where there is nothing. */
export function reachWarning(address: string): { readonly title: string; readonly text: string } | null {
  const { hostname, protocol } = new URL(address);
  const reach = reachOf(hostname);
  if (reach === "this machine") {
    return {
      title: words.reach.machineTitle(hostname),
      text: words.reach.machineText,
    };
  }
  if (protocol !== "http:") return null;
  return {
    title: words.reach.httpTitle,
    text: words.reach.httpText(reach === "this network"),
  };
}
