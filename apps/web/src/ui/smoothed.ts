/** A line through what jumps from step to step. Pure. */

/** Of what was, in the next value: of many steps, and of rounds, which are fewer. */
const KEPT = { step: 0.8, round: 0.6 } as const;

/** Exponential moving mean, corrected for its beginning: the first value is itself, as the bias of Adam's moments is taken off. */
export function smoothed(values: readonly number[], of: keyof typeof KEPT): readonly number[] {
  const kept = KEPT[of];
  let mean = 0;
  return values.map((value, step) => {
    mean = kept * mean + (1 - kept) * value;
    return mean / (1 - kept ** (step + 1));
  });
}
