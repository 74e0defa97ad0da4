/** From where an address can be reached, as far as the address itself tells; and which one links are best made of. Pure. */
import type { OwnAddress } from "@duet/lora-core/protocol/ownAddresses";
import { words } from "./federation/words.ts";
import { words as common } from "./words.ts";

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

/** What links can be made of. */
export interface LinkAddress extends OwnAddress {
  /** With its port, as people write it. */
  readonly host: string;
  readonly reach: Reach;
}

/** The page's own address, which answered, and then the coordinator's others. */
export function linkAddresses(own: string, others: readonly OwnAddress[]): readonly [LinkAddress, ...LinkAddress[]] {
  const described = ({ address, answers }: OwnAddress): LinkAddress => {
    const { host, hostname } = new URL(address);
    return { address, answers, host, reach: reachOf(hostname) };
  };
  return [described({ address: own, answers: true }), ...others.filter(({ address }) => address !== own).map(described)];
}

/** The page's own where others can open it; else the best that answers, of which one over https is better. */
export function proposedAddress([own, ...others]: readonly [LinkAddress, ...LinkAddress[]]): LinkAddress {
  if (own.reach !== "this machine") return own;
  const usable = others.filter(({ answers, reach }) => answers && reach !== "this machine");
  return usable.find(({ address }) => address.startsWith("https:")) ?? usable[0] ?? own;
}

/** What an organiser has to know before passing on links of this address, from a page at its own; null where there is nothing. */
export function reachWarning(
  chosen: string,
  own = chosen,
  answers = true,
): { readonly title: string; readonly text: string } | null {
  const { host, hostname, protocol } = new URL(chosen);
  const reach = reachOf(hostname);
  if (reach === "this machine") return { title: words.reach.machineTitle(hostname), text: words.reach.machineText };
  const ofHttp = protocol === "http:" ? words.reach.httpText(reach === "this network") : null;
  const opened = new URL(own).hostname;
  if (reachOf(opened) === "this machine") {
    const opens = ofHttp ?? (reach === "this network" ? words.reach.networkOnly : answers && words.reach.anybody);
    const told = [words.reach.instead(host), !answers && words.reach.silent, opens];
    const text = common.listing.sentences(told.filter((one) => one !== false));
    return { title: words.reach.openedTitle(opened), text };
  }
  return ofHttp === null ? null : { title: words.reach.httpTitle, text: ofHttp };
}
