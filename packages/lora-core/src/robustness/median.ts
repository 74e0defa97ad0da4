/** The middle value; of an even count the mean of the two in the middle. Sorts `values` in place. */
export function median(values: Float64Array): number {
  values.sort();
  const half = values.length / 2;
  return ((values[Math.ceil(half) - 1] ?? 0) + (values[Math.floor(half)] ?? 0)) / 2;
}
