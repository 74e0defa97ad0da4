/** One averaging after the other, as a team's leader counts them: whom it waits for, and what comes of it. Pure. */
import type { Contribution, Mean } from "../contract/teamTraining.ts";

export interface Averaging {
  /** Steps taken as it is made. */
  readonly step: number;
  /** Who is waited for, by the order in which they came into the team. */
  readonly expected: readonly string[];
  readonly given: ReadonlyMap<string, Contribution>;
}

export const averagingAt = (step: number, expected: readonly string[]): Averaging => ({ step, expected, given: new Map() });

/** The first one counts; of who is not expected, or after another step, none does. */
export function contributed(averaging: Averaging, from: string, step: number, contribution: Contribution): Averaging {
  const { expected, given } = averaging;
  if (step !== averaging.step || !expected.includes(from) || given.has(from)) return averaging;
  return { ...averaging, given: new Map([...given, [from, contribution]]) };
}

/** From now on these are waited for; what others have given already still counts. */
export const expecting = (averaging: Averaging, expected: readonly string[]): Averaging => ({ ...averaging, expected });

/** Whose contributions are missing. */
export const awaited = ({ expected, given }: Averaging): readonly string[] => expected.filter((member) => !given.has(member));

export const isComplete = (averaging: Averaging): boolean => averaging.given.size > 0 && awaited(averaging).length === 0;

/** sum(w_i x_i) / sum(w_i), in float64, in the order of the members' names, so that it does not depend on who was faster. */
export function meanOf({ given }: Averaging): Mean {
  const parts = [...given].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, part]) => part);
  const weight = parts.reduce((sum, part) => sum + part.weight, 0);
  const [first] = parts;
  if (!first || !(weight > 0)) throw new RangeError("A mean needs contributions that weigh something");
  if (parts.some(({ values }) => values.length !== first.values.length)) {
    throw new RangeError("Members of a team have adapters of different sizes");
  }
  const values = Float32Array.from(first.values, (_, i) => {
    let sum = 0;
    for (const part of parts) sum += part.weight * (part.values[i] as number);
    return sum / weight;
  });
  return { values, weight };
}
