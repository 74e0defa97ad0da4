/** What a code gives its owner, and why it gives nothing any more. */
import type { Audience } from "@duet/lora-core/protocol/figures";
import type { LinkRole } from "@duet/lora-core/protocol/organiserView";
import { Refusal } from "../refusal.ts";
import type { LinkStates } from "../storage/federationRecord.ts";
import type { LinkClaims } from "./linkCodes.ts";
import { endedBecause, olderLink } from "./links.ts";

/** What somebody wants: to join or to watch, to decide, or to act as the client that a resume token belongs to. */
export type Right = LinkRole | "client";

/** By what somebody may: a link of that generation, or being a client. */
export type Grant =
  | { readonly kind: "link"; readonly role: LinkRole; readonly generation: number }
  | { readonly kind: "client"; readonly clientId: string };

/** Whose figures are seen with it. */
export function audienceOf(grant: Grant): Audience {
  return grant.kind === "link" && grant.role === "organiser" ? "organiser" : "everybody";
}

/** What a link's code gives. Null for a code that is none of these links'. @throws {Refusal} LINK_ENDED */
export function grantOfLink(links: LinkStates, code: string, claims: LinkClaims | null, now: number): Grant | null {
  if (!claims) {
    const role = olderLink(links, code);
    return role && { kind: "link", role, generation: links[role].generation };
  }
  const ended = endedBecause(links, claims, now);
  if (ended !== null) throw new Refusal("LINK_ENDED", [ended]);
  return { kind: "link", role: claims.role, generation: claims.generation };
}
