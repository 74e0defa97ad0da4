/** A line through what jumps from step to step. Pure. */

/** Of what was, in the next value. */
const KEPT = 0.8;

/** Exponential moving mean, corrected for its beginning: the first value is itself, as the bias of Adam's moments is taken off. */
export function smoothed(values: readonly number[]): readonly number[] {
  let mean = 0;
  return values.map((value, step) => {
    mean = KEPT * mean + (1 - KEPT) * value;
    return mean / (1 - KEPT ** (step + 1));
  });
}
