/** What a member of a team does not accept from another. */
import type { Saying } from "../sayings/saying.ts";

export const TEAM_SENTENCES = {
  teamFormUnknown: () => "A message of the team is of a form that is not known here",
  teamUnread: () => "A message of the team cannot be read",
  teamFrameShort: () => "A frame of the team is too short",
  teamFrameOutOfOrder: () => "A frame of the team was left out, or came again",
  teamFrameAgain: () => "A frame of the team came again",
  teamMessageLong: () => "A message of the team is too long",
  otherTeamKey: () => "Somebody in this team's room has another key",
} as const;

export type TeamSaying = Saying<typeof TEAM_SENTENCES>;
