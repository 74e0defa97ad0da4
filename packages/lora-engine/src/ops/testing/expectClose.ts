/** Comparison of arrays of numbers, with a message that says where and by how much they differ. */
import { expect } from "vitest";

export interface Tolerance {
  readonly relative: number;
  readonly absolute: number;
  /** Named in the message. */
  readonly what?: string;
}

/** Passes when every |actual - expected| <= absolute + relative |expected|; a NaN never passes. */
export function expectClose(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  { relative, absolute, what }: Tolerance,
): void {
  expect(actual.length, `${what ?? "values"}: how many`).toBe(expected.length);
  let worst = { excess: 0, index: -1 };
  for (let i = 0; i < expected.length; i++) {
    const wanted = expected[i] as number;
    const difference = Math.abs((actual[i] as number) - wanted);
    const excess = difference - absolute - relative * Math.abs(wanted);
    // Written so that NaN counts as a difference.
    if (!(excess <= worst.excess)) worst = { excess: Number.isNaN(excess) ? Number.POSITIVE_INFINITY : excess, index: i };
  }
  const { index } = worst;
  expect(index, `${what ?? "values"}: at ${index} got ${actual[index]}, expected ${expected[index]}`).toBe(-1);
}
