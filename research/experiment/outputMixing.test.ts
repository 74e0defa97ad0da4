import { expect, test } from "vitest";
import { accuracyAt, alphaOf, personalUnlessBeaten, shrunk, type TwoAnswers, temperatureOf, tempered } from "./outputMixing.ts";

const EVEN = { personal: 1, shared: 1 };
/** Rows of label 0 that the personal adapter gives p, and the shared one q. */
const rowsOf = (pairs: readonly (readonly [p: number, q: number])[]): TwoAnswers => ({
  personal: pairs.map(([p]) => [p, 1 - p]),
  shared: pairs.map(([, q]) => [q, 1 - q]),
  truth: pairs.map(() => 0),
});

test("the posterior of one row is the integral by hand", () => {
  // One row, p 1 and q 0: density 2 alpha, mean 2/3, variance 1/18.
  const { mean, variance } = alphaOf(rowsOf([[1, 0]]), EVEN);
  expect(mean).toBeCloseTo(2 / 3, 2);
  expect(variance).toBeCloseTo(1 / 18, 2);
  // The same row with Beta(4, 1) before it: Beta(5, 1).
  expect(alphaOf(rowsOf([[1, 0]]), { personal: 4, shared: 1 }).mean).toBeCloseTo(5 / 6, 1);
});

test("without a row the prior is all there is, and clear rows outweigh it", () => {
  expect(alphaOf(rowsOf([]), { personal: 4, shared: 1 }).mean).toBeCloseTo(0.8, 1);
  const shared = rowsOf(Array.from({ length: 40 }, () => [0.05, 0.95] as const));
  expect(alphaOf(shared, { personal: 4, shared: 1 }).mean).toBeLessThan(0.15);
});

test("a client whose rows tell little goes to the mean of all", () => {
  const of = (mean: number, variance: number) => ({ mean, variance });
  const [first = 0, second = 0, third = 0] = shrunk([of(0.9, 0), of(0.1, 0), of(0.2, 0.06)]);
  expect([first, second]).toEqual([0.9, 0.1]);
  // Between clients 0.19 is seen, of which 0.02 is doubt: 0.06 / (0.06 + 0.17) of the way from 0.2 to 0.4.
  expect(third).toBeCloseTo(0.2 + 0.2 * (0.06 / 0.23), 5);
  // Where doubt explains all of it, everybody has the mean.
  expect(shrunk([of(0.4, 0.08), of(0.6, 0.08)])).toEqual([0.5, 0.5]);
});

test("accuracy is of the mix, and the shared adapter must win by more than chance", () => {
  const rows = rowsOf([
    [0.9, 0.2],
    [0.4, 0.9],
    [0.45, 0.4],
  ]);
  expect([accuracyAt(rows, 1), accuracyAt(rows, 0), accuracyAt(rows, 0.5)]).toEqual([1 / 3, 1 / 3, 2 / 3]);
  expect(personalUnlessBeaten(rows)).toBe(1);
  expect(personalUnlessBeaten(rowsOf(Array.from({ length: 9 }, (_, i) => [0.3, 0.8 + i / 100] as const)))).toBe(0);
});

test("answers that are too sure are cooled, and surer ones warmed, until the right labels are likeliest", () => {
  // Of ten rows said to be right at 0.9 seven are: a label at 0.7 in place of 0.9 has odds 7/3 = 9^(1/T), T = ln 9 / ln (7/3) = 2.6, past the grid.
  const sure = Array.from({ length: 10 }, () => [0.9, 0.1]);
  const truth = sure.map((_, i) => (i < 7 ? 0 : 1));
  expect(temperatureOf(sure, truth)).toBe(2);
  // At 0.8 the odds are 4: T = ln 4 / ln (7/3) = 1.64, beside 2^(7/10) = 1.62.
  expect(
    temperatureOf(
      sure.map(() => [0.8, 0.2]),
      truth,
    ),
  ).toBeCloseTo(2 ** 0.7, 6);
  expect(temperatureOf([], [])).toBe(1);
  expect(tempered([[0.8, 0.2]], 2)[0]?.[0]).toBeCloseTo(2 / 3, 6);
});
