/** Figures over clients and seeds. */

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Sample standard deviation, n - 1 below; 0 of a single value. */
export function deviation(values: readonly number[]): number {
  if (values.length < 2) return 0;
  const centre = mean(values);
  return Math.sqrt(values.reduce((sum, value) => sum + (value - centre) ** 2, 0) / (values.length - 1));
}

/** 97.5 % quantiles of Student's t by degrees of freedom, 1 to 30. */
const STUDENT = [
  12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.16, 2.145, 2.131, 2.12, 2.11, 2.101,
  2.093, 2.086, 2.08, 2.074, 2.069, 2.064, 2.06, 2.056, 2.052, 2.048, 2.045, 2.042,
];
const NORMAL = 1.96;

export interface Interval {
  readonly mean: number;
  /** Half the width of the 95 % confidence interval of the mean; null of a single value. */
  readonly margin: number | null;
}

/** Student's interval of a mean. Values from one seed are not independent: give means per seed, or differences. */
export function interval(values: readonly number[]): Interval {
  const count = values.length;
  if (count < 2) return { mean: mean(values), margin: null };
  const quantile = STUDENT[count - 2] ?? NORMAL;
  return { mean: mean(values), margin: (quantile * deviation(values)) / Math.sqrt(count) };
}
