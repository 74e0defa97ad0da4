/** What touched the rows, as far as privacy is concerned: noisy steps over random samples of them, and choices that they weighed in on. */
import { z } from "zod";

/** Steps of the Gaussian mechanism on a Poisson sample of the rows. */
const noisySteps = z.strictObject({
  /** Standard deviation of the noise over the sensitivity: what a row at most adds to the sum. */
  noiseMultiplier: z.number().positive(),
  /** Every row is in a step's sample with this probability, by itself; 1 is the plain Gaussian mechanism. */
  samplingRate: z.number().positive().max(1),
  steps: z.number().int().min(0),
});
export type NoisySteps = z.output<typeof noisySteps>;

/** Choices by all of the rows: see exponentialMechanism.ts. */
const privateChoices = z.strictObject({
  /** Of each: no candidate becomes more than e^epsilon times as likely with a row as without it. */
  choiceEpsilon: z.number().positive(),
  steps: z.number().int().min(0),
});

export const mechanism = z.union([noisySteps, privateChoices]);
export type Mechanism = z.output<typeof mechanism>;

/** Both after each other, those that are alike as one; in the order in which each first came. */
export function composed(first: readonly Mechanism[], second: readonly Mechanism[]): readonly Mechanism[] {
  const merged = new Map<string, Mechanism>();
  for (const each of [...first, ...second]) {
    const key = kindOf(each);
    merged.set(key, { ...each, steps: each.steps + (merged.get(key)?.steps ?? 0) });
  }
  return [...merged.values()].filter(({ steps }) => steps > 0);
}

/** The same for mechanisms that differ in how often they were used alone. */
export function kindOf(one: StepOf<Mechanism>): string {
  return "choiceEpsilon" in one ? `choice ${one.choiceEpsilon}` : `${one.noiseMultiplier} ${one.samplingRate}`;
}

/** One use of a mechanism. */
export type StepOf<M extends Mechanism> = M extends Mechanism ? Omit<M, "steps"> : never;
