/** The averages of a team whose members are in one process. */
import type { Mean } from "@duet/lora-core/contract/teamTraining";
import { type Averaging, averagingAt, contributed, isComplete, meanOf } from "@duet/lora-core/team/averaging";
import type { TeamSteps } from "../teamSteps.ts";

/** One for each member. */
export function inMemoryTeam(members: readonly string[], every: number): readonly TeamSteps[] {
  let averaging: Averaging | null = null;
  let waiting: ((mean: Mean) => void)[] = [];
  return members.map((member) => ({
    every,
    average: (step, own) =>
      new Promise<Mean>((resolve) => {
        averaging = contributed(averaging ?? averagingAt(step, members), member, step, own);
        waiting.push(resolve);
        if (!isComplete(averaging)) return;
        const mean = meanOf(averaging);
        const all = waiting;
        averaging = null;
        waiting = [];
        for (const tell of all) tell({ ...mean, values: mean.values.slice() });
      }),
    averaged: async () => {},
  }));
}
