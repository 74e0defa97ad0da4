/** The one place of the page that knows the path below which it is served: the coordinator writes it into the page's `<base>`. */

/** Where the coordinator serves everything, with a slash at the end. */
export const baseUrl = (): string => new URL(".", document.baseURI).href;

/** The path that every address of the page begins with: "" at the root, or "/duet". */
export const basePath = (base = baseUrl()): string => new URL(base).pathname.replace(/\/$/, "");

/** A path of lib/links.ts as an address to hand to others. */
export const addressOf = (path: string, base = baseUrl()): string => new URL(path.replace(/^\/+/, ""), base).href;

/**
 * Where a page that was opened at `address` belongs when that is not below the base: at the coordinator's own port instead of behind the
 * proxy. Null when it is where it belongs.
 */
export function strayFrom(address: string, base = baseUrl()): string | null {
  const { pathname, search, hash } = new URL(address);
  const path = basePath(base);
  return pathname === path || pathname.startsWith(`${path}/`) ? null : addressOf(pathname, base) + search + hash;
}
