/** The links of one federation as its record has them: which generation of each is in force, and until when. No secrets. Pure. */
import { LINK_ROLES, type LinkRole } from "@duet/lora-core/protocol/organiserView";
import { matchesHash } from "../ports/secrets.ts";
import type { LinkState, LinkStates } from "../storage/federationRecord.ts";
import type { LinkClaims } from "./linkCodes.ts";

const DAY_MS = 24 * 3600 * 1000;

/**
 * How long a new link is good. An invitation is passed on by hand and soon used; who watches looks on for longer than a federation
 * runs, and may only read; the organiser's is kept, and is the only way back to the federation.
 */
const TERM_MS: Readonly<Record<LinkRole, number>> = { invite: 30 * DAY_MS, watch: 180 * DAY_MS, organiser: 365 * DAY_MS };

const endOf = (role: LinkRole, now: number): number => 1000 * Math.floor((now + TERM_MS[role]) / 1000);

/** Of a federation that is being made. */
export function firstLinks(now: number): LinkStates {
  const first = (role: LinkRole): LinkState => ({ generation: 1, expiresAt: endOf(role, now), olderHash: null });
  return { invite: first("invite"), watch: first("watch"), organiser: first("organiser") };
}

/** A new link in place of the one before. */
export function rotated(links: LinkStates, role: LinkRole, now: number): LinkStates {
  const next = { generation: links[role].generation + 1, expiresAt: endOf(role, now), olderHash: null };
  return { ...links, [role]: next };
}

/** None in place of the one before. */
export function revoked(links: LinkStates, role: LinkRole): LinkStates {
  return { ...links, [role]: { generation: links[role].generation + 1, expiresAt: null, olderHash: null } };
}

/** The same link for a full term from now on. */
export function extended(links: LinkStates, role: LinkRole, now: number): LinkStates {
  return { ...links, [role]: { ...links[role], expiresAt: endOf(role, now) } };
}

/** Which link a code of Duet 0.1 is, or null. Every one is compared, so that time tells nothing. */
export function olderLink(links: LinkStates, code: string): LinkRole | null {
  const found = LINK_ROLES.filter((role) => matchesHash(code, links[role].olderHash ?? NO_HASH));
  return found[0] ?? null;
}

/** Of nothing that is known. */
const NO_HASH = "0".repeat(64);

/** What has become of a link. */
type LinkEnd = "linkWithdrawn" | "linkReplaced" | "linkTooOld";

/** Why a signed code opens nothing any more; null while it is good. */
export function endedBecause(links: LinkStates, { role, generation, expiresAt }: LinkClaims, now: number): LinkEnd | null {
  const link = links[role];
  if (generation !== link.generation) return link.expiresAt === null ? "linkWithdrawn" : "linkReplaced";
  return expiresAt > now ? null : "linkTooOld";
}
