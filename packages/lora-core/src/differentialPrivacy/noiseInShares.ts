/**
 * Noise that clients bring along to a sum, each a share of it, so that nobody ever sees the sum without: distributed discrete Gaussian,
 * Kairouz, Liu and Steinke 2021 (arXiv:2102.06387).
 */

/** Below this deviation of one share, in integers, a sum of discrete Gaussians is noticeably another than the discrete Gaussian. */
const LEAST_DEVIATION = 10;

export interface NoisePlan {
  /** Standard deviation of all noise that is counted on over the sensitivity. */
  readonly noiseMultiplier: number;
  /** Clients that surely are in the sum and keep their own noise to themselves. */
  readonly honest: number;
  /** Largest l2 norm of what one client puts in, in integers, before it is rounded. */
  readonly clip: number;
  /** Values of the vector. */
  readonly values: number;
}

/**
 * l2 norm of one client's integers at most: rounding up or down moves each value by less than 1 (triangle inequality).
 * Differs from paper: theirs draws again until the rounded vector is short, which saves noise where values are few bits.
 */
export function roundedSensitivity({ clip, values }: Pick<NoisePlan, "clip" | "values">): number {
  return clip + Math.sqrt(values);
}

/**
 * Standard deviation of each client's share, in integers: `honest` of them make up the noise, and every further one only adds.
 * With a deviation of at least 10 the distance to one discrete Gaussian (their theorem 1: tau = 10 sum exp(-2 pi^2 s^2 k / (k + 1)))
 * is below 1e-400 for any number of clients and values here, and a discrete Gaussian loses no more than the continuous one.
 * @throws {RangeError} where integers are too coarse for that.
 */
export function shareDeviation(plan: NoisePlan): number {
  const deviation = (plan.noiseMultiplier * roundedSensitivity(plan)) / Math.sqrt(plan.honest);
  if (!(deviation >= LEAST_DEVIATION)) {
    throw new RangeError(
      `Shares of noise have a deviation of ${deviation.toPrecision(3)} integers, at least ${LEAST_DEVIATION} are needed: take more bits`,
    );
  }
  return deviation;
}
