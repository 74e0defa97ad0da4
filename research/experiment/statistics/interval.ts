/** Figures over clients and seeds. */
import { studentQuantile, studentTail } from "./studentT.ts";

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Sample standard deviation, n - 1 below; 0 of a single value. */
export function deviation(values: readonly number[]): number {
  if (values.length < 2) return 0;
  const centre = mean(values);
  return Math.sqrt(values.reduce((sum, value) => sum + (value - centre) ** 2, 0) / (values.length - 1));
}

export interface Interval {
  readonly mean: number;
  /** Half the width of the 95 % confidence interval of the mean; null of a single value. */
  readonly margin: number | null;
  /** Of Student's two-sided test against zero; null of a single value. */
  readonly p: number | null;
}

/** Student's interval and test of a mean. Values from one seed are not independent: give means per seed, or differences of such. */
export function interval(values: readonly number[]): Interval {
  const count = values.length;
  const centre = mean(values);
  if (count < 2) return { mean: centre, margin: null, p: null };
  const error = deviation(values) / Math.sqrt(count);
  // Values that are all the same tell nothing where they are zero, and everything where they are not.
  const p = error > 0 ? studentTail(centre / error, count - 1) : Number(centre === 0);
  return { mean: centre, margin: studentQuantile(0.05, count - 1) * error, p };
}
