/** What touched the rows, as far as privacy is concerned: steps that each looked at a random sample of them and added noise. */
import { z } from "zod";

/** Steps of the Gaussian mechanism on a Poisson sample of the rows. */
export const mechanism = z.strictObject({
  /** Standard deviation of the noise over the sensitivity: what a row at most adds to the sum. */
  noiseMultiplier: z.number().positive(),
  /** Every row is in a step's sample with this probability, by itself; 1 is the plain Gaussian mechanism. */
  samplingRate: z.number().positive().max(1),
  steps: z.number().int().min(0),
});
export type Mechanism = z.output<typeof mechanism>;

/** Both after each other, those of the same noise and rate as one; in the order in which each first came. */
export function composed(first: readonly Mechanism[], second: readonly Mechanism[]): readonly Mechanism[] {
  const merged = new Map<string, Mechanism>();
  for (const { noiseMultiplier, samplingRate, steps } of [...first, ...second]) {
    const key = `${noiseMultiplier} ${samplingRate}`;
    merged.set(key, { noiseMultiplier, samplingRate, steps: steps + (merged.get(key)?.steps ?? 0) });
  }
  return [...merged.values()].filter(({ steps }) => steps > 0);
}
