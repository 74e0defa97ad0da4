/** What a member of a team does not accept from another. */
export type TeamFault = "sealed" | "order" | "unreadable";

export class TeamError extends Error {
  readonly fault: TeamFault;

  constructor(fault: TeamFault, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
    this.fault = fault;
  }
}
