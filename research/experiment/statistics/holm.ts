/** p values of one family, adjusted by Holm (1979): below 0.05 keeps the chance of any false finding in the family below 5 %. */
export function holm(values: readonly number[]): readonly number[] {
  const order = [...values.keys()].sort((a, b) => (values[a] ?? 0) - (values[b] ?? 0));
  const adjusted = new Array<number>(values.length);
  let largest = 0;
  for (const [rank, index] of order.entries()) {
    largest = Math.max(largest, Math.min(1, (values.length - rank) * (values[index] ?? 1)));
    adjusted[index] = largest;
  }
  return adjusted;
}
