/** Why a hub takes nothing from this client. */
import type { Saying } from "../sayings/saying.ts";

export const HUB_SENTENCES = {
  nobodySignedInAt: (hub: string) => `Nobody could be signed in at ${hub}`,
  hubAway: (hub: string) => `${hub} could not be reached, or its answer not understood`,
  hubSilent: (hub: string) =>
    `${hub} took nothing for too long, so this was given up; large files that it has whole are not sent again`,
  unknownToken: (hub: string) => `${hub} does not know this token`,
  mayNotWrite: (hub: string) => `${hub} does not let this token write there`,
  filesNotTaken: (hub: string, status: number) => `${hub} did not take the files (${status})`,
  noWindow: () => "This browser did not open the window to sign in",
  nobodySignedIn: () => "Nobody signed in within five minutes",
} as const;

export type HubSaying = Saying<typeof HUB_SENTENCES>;
