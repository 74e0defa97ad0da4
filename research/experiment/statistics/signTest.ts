/**
 * Two-sided p of the exact sign test: that of so many differences that are not zero so few, or fewer, go one way, where each goes either way with the same
 * chance. Of single right and wrong answers it is McNemar's exact test. 1 without any difference.
 */
export function signTest(differences: readonly number[]): number {
  const up = differences.filter((difference) => difference > 0).length;
  const down = differences.filter((difference) => difference < 0).length;
  const count = up + down;
  // log2 of C(count, k) / 2^count, from one k to the next: factorials would leave a double.
  let log = -count;
  let tail = 0;
  for (let k = 0; k <= Math.min(up, down); k++) {
    tail += 2 ** log;
    log += Math.log2((count - k) / (k + 1));
  }
  return Math.min(1, 2 * tail);
}
