import { TEAM_SENTENCES, type TeamSaying } from "../errors/teamSentences.ts";
import { type Said, say, type Told } from "../sayings/saying.ts";

/** What a member of a team does not accept from another. */
export type TeamFault = "sealed" | "order" | "unreadable";

export class TeamError extends Error implements Said {
  readonly fault: TeamFault;
  readonly told: Told;

  constructor(fault: TeamFault, saying: TeamSaying, options?: ErrorOptions) {
    super(say(TEAM_SENTENCES, saying), options);
    this.told = saying as Told;
    this.name = new.target.name;
    this.fault = fault;
  }
}
