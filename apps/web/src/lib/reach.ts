/** From where an address can be reached, as far as the address itself tells. Pure. */

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
      title: `These links say ${hostname}, which only this machine can reach`,
      text: "Other tabs of this machine can join by them. For others, start the coordinator with --host 0.0.0.0, open this page by an address of this machine in your network, or by a name with https, and copy the links there.",
    };
  }
  if (protocol !== "http:") return null;
  const where = reach === "this network" ? "work only in the same network, and " : "";
  return {
    title: "These links begin with http",
    text: `They ${where}open a page that browsers give neither WebGPU nor threads, so that it learns several times as slowly; whoever is in between can read along. Serve it by https.`,
  };
}
