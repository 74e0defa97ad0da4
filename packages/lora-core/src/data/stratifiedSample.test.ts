import { expect, test } from "vitest";
import { random } from "../tensors/random.ts";
import { stratifiedSample } from "./stratifiedSample.ts";

/** `counts[label]` rows of each label, mixed. */
function rowsOf(counts: readonly number[]) {
  const rows = counts.flatMap((count, label) => Array.from({ length: count }, (_, i) => ({ label, id: `${label}.${i}` })));
  return rows.toSorted((a, b) => a.id.localeCompare(b.id));
}
const perLabel = (rows: readonly { readonly label: number }[], labels: number) =>
  Array.from({ length: labels }, (_, label) => rows.filter((row) => row.label === label).length);

test("every label keeps its share, to one row", () => {
  const rows = rowsOf([60, 30, 7, 3]);
  for (const seed of [1, 2, 3]) {
    const sample = stratifiedSample(rows, 50, random(seed));
    expect(sample).toHaveLength(50);
    const [a, b, c = 0, d = 0] = perLabel(sample, 4);
    expect([a, b]).toEqual([30, 15]);
    expect([c, d].toSorted()).toEqual([1, 4].includes(c) ? [1, 4] : [2, 3]);
  }
});

test("the seed says which rows, they stay in order, and all are taken where there are no more", () => {
  const rows = rowsOf([20, 20]);
  const sample = stratifiedSample(rows, 8, random(5));
  expect(sample).toEqual(stratifiedSample(rows, 8, random(5)));
  expect(sample).not.toEqual(stratifiedSample(rows, 8, random(6)));
  expect(sample).toEqual(rows.filter((row) => sample.includes(row)));
  expect(stratifiedSample(rows, 40, random(5))).toBe(rows);
});
