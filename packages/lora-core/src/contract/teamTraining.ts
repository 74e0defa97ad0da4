/** What crosses between an engine and the team that it trains with, as plain data and calls that can cross threads. */

/** What a member brings to an averaging: its values, and how much they weigh (the units that it has learned from since the one before). */
export interface Contribution {
  readonly values: Float32Array;
  readonly weight: number;
}

/** What all members go on with: the weighted mean, and the sum of the weights. */
export type Mean = Contribution;

/** A training that a team takes together. Its content is the engine's own, see lora-engine/training/teamOrder.ts. */
export interface TrainingOrder {
  /** One in a team: of which round, which attempt, which training. */
  readonly name: string;
  readonly steps: number;
  /** Steps between two averagings: with 1 the gradients of every step, with more what they have come to. */
  readonly every: number;
  readonly content: Uint8Array;
}

/** The team as an engine sees it while it trains. */
export interface TeamAverages {
  /**
   * The mean after so many steps; all members get the same. Rejects with STOPPED where the training has ended without it, or the team has left
   * this member out.
   */
  average(step: number, own: Contribution): Promise<Mean>;
  /** Whether somebody waits to be let in with the state after the averaging that was the last. */
  isAwaited(): Promise<boolean>;
  /** That state, of the engine's own form. */
  admit(step: number, state: Uint8Array): Promise<void>;
}

/** The same for the engine of the leader, which follows the round's plan. */
export interface TeamLead extends TeamAverages {
  /** Begins the names of this round's trainings. */
  readonly scope: string;
  readonly every: number;
  /** Training rows of a member, in the mean. */
  rowsEach(): Promise<number>;
  /** Hands a training to the others, who begin it, too. `step` is where it begins, if not at its first, and `state` the state there. */
  begin(order: TrainingOrder, step: number, state: Uint8Array | null): Promise<void>;
}
