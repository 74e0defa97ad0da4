import { expect, test } from "vitest";
import { decodeSum, encodeVector } from "../secureAggregation/fixedPoint.ts";
import { systemRandomBytes } from "../secureAggregation/randomBytes.ts";
import { MODULUS, vectorLayout } from "../secureAggregation/vectorLayout.ts";
import { LENGTH_BINS, statisticsOf } from "../statistics/rowStatistics.ts";
import { countedTask, statisticsLayout, statisticsValues, summedStatistics } from "./statisticsVector.ts";

const rows = (labels: readonly number[], tokens: number) => labels.map((label) => ({ label, tokens }));
const clients = [statisticsOf(rows([0, 0, 2], 7), 3), statisticsOf(rows([2, 2, 2, 2], 70), 3), statisticsOf(rows([1, 0], 9), 3)];

test("counts come out of a sum as they went in, and the entropy to a tenth of a nat for each client", () => {
  const layout = statisticsLayout({ labels: 3, maxClients: 20 });
  const sum = new Uint32Array(3 + 3 + LENGTH_BINS.length + 1);
  for (const own of clients) {
    const { vector } = encodeVector(layout, statisticsValues(own, layout), systemRandomBytes);
    for (const [at, value] of vector.entries()) sum[at] = ((sum[at] ?? 0) + value) % MODULUS;
  }
  const { labelNats, ...counts } = summedStatistics(decodeSum(layout, sum, clients.length), layout);
  expect(counts).toMatchObject({ rows: 9, labels: [3, 1, 5], present: 5 });
  expect(counts.lengths).toEqual(LENGTH_BINS.concat(0 as never).map((most) => ({ 8: 3, 12: 2, 96: 4 })[most as number] ?? 0));
  const exact = clients.reduce((all, own) => all + own.labelNats, 0);
  expect(Math.abs(labelNats - exact)).toBeLessThanOrEqual(0.05 * clients.length);
});

test("answers that are texts have no labels to count", () => {
  const layout = statisticsLayout(countedTask({ task: { kind: "text" }, maxClients: 3 }));
  expect(layout.groups.map(({ name }) => name)).toEqual(["rows", "lengths"]);
  const own = statisticsOf(rows([-1, -1], 7), 0);
  const { vector } = encodeVector(layout, statisticsValues(own, layout), systemRandomBytes);
  expect(summedStatistics(decodeSum(layout, vector, 1), layout)).toEqual(own);
});

test.each([3, 20, 1000, 1_000_000])(
  "no sum of %i clients can overflow, and who has more rows than are counted is capped",
  (maxClients) => {
    const layout = statisticsLayout({ labels: 200, maxClients });
    expect(vectorLayout.safeParse(layout).success).toBe(true);
    const own = { ...statisticsOf([], 200), rows: 5e6, labels: new Array<number>(200).fill(5e6), present: 200, labelNats: 1e9 };
    expect(() => encodeVector(layout, statisticsValues(own, layout), systemRandomBytes)).not.toThrow();
  },
);

test.each([
  [20, 100_000],
  [1000, 100_000],
  [1000, 1_000_000],
  [10_000, 3_000_000],
])("of %i clients one with %i rows evenly of 150 labels says how mixed they are, and is not cut", (maxClients, count) => {
  const labels = new Array<number>(150).fill(count / 150).map((rowsOf) => Math.round(rowsOf));
  const all = labels.reduce((sum, rowsOf) => sum + rowsOf, 0);
  const lengths = [all, ...new Array<number>(LENGTH_BINS.length).fill(0)];
  const own = { rows: all, labels, lengths, present: 150, labelNats: all * Math.log(150) };
  const layout = statisticsLayout({ labels: 150, maxClients });
  const { vector } = encodeVector(layout, statisticsValues(own, layout), systemRandomBytes);
  const told = summedStatistics(decodeSum(layout, vector, 1), layout);
  const labelled = told.labels.reduce((sum, rowsOf) => sum + rowsOf, 0);
  // Half a row of each label, of some 2,900, is rounded where a million rows are too many.
  expect(Math.abs(told.labelNats / labelled / Math.log(150) - 1)).toBeLessThan(0.5 / 2800);
});
