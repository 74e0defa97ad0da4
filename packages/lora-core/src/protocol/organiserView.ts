/** What only the organiser of a federation sees and decides: its links, who may join, whether it is listed. */
import { z } from "zod";
import { isId, isSignedCode } from "./addresses.ts";
import { displayName } from "./federationConfig.ts";
import { MAX_CONTACT_LENGTH, MAX_WAITING } from "./limits.ts";
import { device } from "./metrics.ts";
import { visibleText } from "./visibleText.ts";

/** invite: join and watch; watch: only that; organiser: watch, and control. */
export const LINK_ROLES = ["invite", "watch", "organiser"] as const;
export const linkRole = z.enum(LINK_ROLES);
export type LinkRole = z.output<typeof linkRole>;

/** Who may join that is not in yet: everyone with the invite link; who the organiser admits; nobody. */
export const joining = z.enum(["open", "approval", "closed"]);
export type Joining = z.output<typeof joining>;

/** On the list of all who reach the coordinator, perhaps with how to ask for an invitation; null keeps a federation off it. */
export const listing = z.strictObject({ contact: visibleText(MAX_CONTACT_LENGTH) }).nullable();
export type Listing = z.output<typeof listing>;

const instant = z.number().min(0);

export const linkView = z.strictObject({
  /** What stands after the # of the link; null where it was withdrawn, or is known to those who have it only. */
  token: z.string().refine(isSignedCode).nullable(),
  /** When that ends. */
  expiresAt: instant.nullable(),
  /** A link of Duet 0.1 is honoured, without an end, until it is replaced. */
  hasOlder: z.boolean(),
});
export type LinkView = z.output<typeof linkView>;

/** Somebody who asks to be let in. */
export const waitingView = z.strictObject({
  id: z.string().refine(isId),
  name: displayName,
  device: device.nullable(),
  askedAt: instant,
});
export type WaitingView = z.output<typeof waitingView>;

export const organiserView = z.strictObject({
  links: z.strictObject({ invite: linkView, watch: linkView, organiser: linkView }),
  joining,
  listing,
  waiting: z.array(waitingView).max(MAX_WAITING),
});
export type OrganiserView = z.output<typeof organiserView>;
