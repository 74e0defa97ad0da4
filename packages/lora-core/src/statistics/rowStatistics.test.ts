/** Against scipy: fixtures/statistics/make_fixtures.py. */
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { z } from "zod";
import { random } from "../tensors/random.ts";
import {
  chanceDistance,
  distanceOf,
  entropyOf,
  LENGTH_BINS,
  lengthAt,
  type RowStatistics,
  statisticsOf,
  unlikenessOf,
  withoutPart,
} from "./rowStatistics.ts";

const numbers = z.array(z.number());
const fixture = z.object({
  cases: z.array(
    z.object({
      name: z.string(),
      classes: z.number(),
      clients: z.array(z.object({ labels: numbers, tokens: numbers })),
      entropy: z.number(),
      present: z.number(),
      labelNats: z.number(),
      distances: z.array(z.number().nullable()),
      unlikeness: z.number(),
      lengths: numbers,
    }),
  ),
});
const text = readFileSync(new URL("../../fixtures/statistics/statistics.json", import.meta.url), "utf8");
const { cases } = fixture.parse(JSON.parse(text));

const added = (a: readonly number[], b: readonly number[]) => a.map((value, at) => value + (b[at] ?? 0));
const plus = (a: RowStatistics, b: RowStatistics): RowStatistics => ({
  rows: a.rows + b.rows,
  labels: added(a.labels, b.labels),
  lengths: added(a.lengths, b.lengths),
  present: a.present + b.present,
  labelNats: a.labelNats + b.labelNats,
});

it.each(cases)("clients that are: $name", ({ classes, clients, ...wanted }) => {
  const each = clients.map(({ labels, tokens }) =>
    statisticsOf(
      labels.map((label, row) => ({ label, tokens: tokens[row] ?? 0 })),
      classes,
    ),
  );
  const sum = each.reduce(plus);
  expect(sum.rows).toBe(clients.reduce((rows, { labels }) => rows + labels.length, 0));
  expect(sum.lengths).toEqual(wanted.lengths);
  expect(sum.present).toBe(wanted.present);
  expect(sum.labelNats).toBeCloseTo(wanted.labelNats, 9);
  expect(entropyOf(sum.labels)).toBeCloseTo(wanted.entropy, 12);
  if (sum.rows < clients.length * classes) expect(unlikenessOf(sum, clients.length)).toBeNull();
  else expect(unlikenessOf(sum, clients.length)).toBeCloseTo(wanted.unlikeness, 12);
  for (const [k, own] of each.entries()) {
    const distance = distanceOf(own.labels, withoutPart(sum, own).labels);
    expect(distance).toBeCloseTo(wanted.distances[k] ?? Number.NaN, 7);
  }
});

it("clients whose labels are drawn from one mix are hardly unlike", () => {
  const [alike, manyLabels] = cases.map(({ unlikeness }) => unlikeness);
  expect(alike).toBeLessThan(0.01);
  expect(manyLabels).toBeLessThan(0.02);
});

it("rows with texts for answers have lengths alone", () => {
  const own = statisticsOf(
    [7, 9, 2000].map((tokens) => ({ label: -1, tokens })),
    0,
  );
  expect(own).toMatchObject({ rows: 3, labels: [], present: 0, labelNats: 0 });
  expect(own.lengths.reduce((sum, count) => sum + count)).toBe(3);
  expect(own.lengths.at(-1)).toBe(1);
  expect(unlikenessOf(own, 1)).toBeNull();
});

it("a length lies between the edges of its bin", () => {
  const { lengths } = statisticsOf(
    Array.from({ length: 100 }, (_, row) => ({ label: 0, tokens: row + 1 })),
    1,
  );
  expect(lengthAt(0.5, lengths)).toBeCloseTo(50, 9);
  expect(lengthAt(0.9, lengths)).toBeCloseTo(90, 9);
  expect(lengthAt(1, lengths)).toBe(128);
  expect(lengthAt(0.5, [])).toBeNull();
  const beyond = LENGTH_BINS.map(() => 0);
  expect(lengthAt(0.5, [...beyond, 3])).toBe(1024);
});

it.each([
  { kinds: 4, one: 36, other: 72 },
  { kinds: 24, one: 100, other: 400 },
])("two samples of one mix of $kinds kinds are as far from each other as is said of chance", ({ kinds, one, other }) => {
  const draw = random(78, "chance");
  const sample = (rows: number) =>
    statisticsOf(
      Array.from({ length: rows }, () => ({ label: Math.floor(kinds * draw()), tokens: 1 })),
      kinds,
    ).labels;
  const pairs = Array.from({ length: 400 }, () => [sample(one), sample(other)] as const);
  const mean = (of: (a: readonly number[], b: readonly number[]) => number | null) =>
    pairs.reduce((sum, [a, b]) => sum + (of(a, b) ?? Number.NaN) ** 2, 0) / pairs.length;
  // Of first order: with four rows of a kind the divergence is a tenth more.
  expect(Math.abs(mean(distanceOf) / mean(chanceDistance) - 1)).toBeLessThan(0.15);
  expect(chanceDistance([0], [1])).toBeNull();
});

it("who has no row of a label is at no distance that could be told", () => {
  expect(distanceOf([0, 0], [1, 2])).toBeNull();
  expect(distanceOf([1, 0], [0, 3])).toBe(1);
  expect(distanceOf([2, 4], [1, 2])).toBe(0);
});
