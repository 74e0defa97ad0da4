import { collecting, snapshotOf } from "@duet/client/testing/snapshots";
import { statisticsOf } from "@duet/lora-core/statistics/rowStatistics";
import { expect, test } from "vitest";
import { ownStatistics, statisticsPending, statisticsView } from "./statisticsView.ts";

const base = snapshotOf({});
const labels = Array.from({ length: 14 }, (_, at) => `label ${at}`);
const config = {
  ...base.config,
  task: { kind: "label" as const, labels },
  aggregation: "secure" as const,
  statistics: "pause" as const,
};
const rows = (of: readonly (readonly [label: number, rows: number])[], tokens = 9) =>
  of.flatMap(([label, count]) => Array.from({ length: count }, () => ({ label, tokens })));
const anna = statisticsOf(
  rows([
    [0, 60],
    [1, 40],
  ]),
  labels.length,
);
/** All of it at two clients, and nothing of a third. */
const sum = {
  ...statisticsOf(
    [
      ...rows([
        [0, 60],
        [1, 40],
      ]),
      ...rows(
        [
          [1, 40],
          [2, 60],
          [13, 1],
        ],
        40,
      ),
    ],
    labels.length,
  ),
  present: 5,
  labelNats: 2 * anna.labelNats,
};
const made = { exchange: null, made: { clients: ["anna", "bram"], sum } };

test("before there is a sum it is said that it will be, that it is being made, or that none came about", () => {
  expect(statisticsPending(snapshotOf({}))).toBeNull();
  const asking = { ...base, config };
  expect(statisticsPending({ ...asking, openRound: null, rounds: [] })).toContain("Before the first round");
  const exchange = { round: 1, attempt: 1, step: "keys" as const, asked: ["anna", "bram"], answered: ["anna"] };
  const counting = { ...asking, openRound: null, rounds: [], statistics: { exchange, made: null } };
  expect(statisticsPending(counting)).toContain("step 1 of 5: keys, 1 of 2 have answered");
  const without = { ...collecting(1), config, statistics: { exchange: null, made: null } };
  expect(statisticsPending(without)).toContain("too few clients");
  expect(statisticsPending({ ...asking, phase: "stopped", openRound: null, rounds: [] })).toContain("ended before");
  expect(statisticsPending({ ...asking, statistics: made })).toBeNull();
  expect(statisticsView(asking)).toBeNull();
});

test("the labels with the most rows are named, all others are one bar", () => {
  const view = statisticsView({ config, statistics: made });
  expect(view?.whole).toBe("201 rows of 2 clients, 101 each on average");
  expect(view?.bars.slice(0, 3)).toEqual([
    { label: "label 1", rows: 80, share: 1 },
    { label: "label 0", rows: 60, share: 0.75 },
    { label: "label 2", rows: 60, share: 0.75 },
  ]);
  expect(view?.bars.at(-1)).toEqual({ label: "4 more", rows: 0, share: 0 });
  expect(view?.lengths).toMatch(/^Half of the rows have at most \d+ tokens/);
});

test("rows that are longer than is counted are said to be", () => {
  const lengthsOf = (short: number, long: number) => {
    const counted = statisticsOf([...rows([[0, short]]), ...rows([[1, long]], 3000)], labels.length);
    return statisticsView({ config, statistics: { exchange: null, made: { clients: ["anna"], sum: counted } } })?.lengths;
  };
  expect(lengthsOf(95, 5)).toContain("nine in ten at most");
  expect(lengthsOf(80, 20)).toContain("more than one in ten have more than 1024");
  expect(lengthsOf(20, 80)).toContain("More than half of the rows have more than 1024");
});

test("what clients are like is told with what it rests on, and texts have none", () => {
  const view = statisticsView({ config, statistics: made });
  expect(view?.likeness).toBe("unlike");
  expect(view?.proposal.choices?.labelVectors).toBe("personal");
  expect(view?.isAsProposed).toBe(false);
  const strategy = { id: "fedavg-finish", preset: "standard", config: {} };
  const adapter = { ...config.adapter, prototypes: { labels: 14, width: 512, rate: 1, travel: "personal" as const } };
  expect(statisticsView({ config: { ...config, strategy, adapter }, statistics: made })?.isAsProposed).toBe(true);
  const texts = { ...config, task: { kind: "text" as const } };
  const written = statisticsOf([{ label: -1, tokens: 9 }], 0);
  const ofTexts = statisticsView({ config: texts, statistics: { exchange: null, made: { clients: ["anna"], sum: written } } });
  expect(ofTexts).toMatchObject({
    bars: [],
    unlikeness: null,
    likeness: null,
    proposal: { choices: null, evidence: [["texts"]] },
  });
});

test("a client is compared with the sum less its own part, where it is in it", () => {
  const inIt = ownStatistics({ statistics: made }, "anna", anna);
  expect(inIt?.rows).toBe("You have 100 training rows, the others 101 together.");
  expect(inIt?.labels?.distance).toBeCloseTo(0.77, 1);
  expect(inIt?.labels?.byChance).toBeCloseTo(0.1, 1);
  expect(inIt?.lengths?.distance).toBe(1);
  const late = ownStatistics({ statistics: made }, "dora", anna);
  expect(late?.rows).toBe("You have 100 training rows, the others 201 together.");
  expect(late?.labels?.distance).toBeLessThan(inIt?.labels?.distance ?? 0);
  expect(ownStatistics({ statistics: { exchange: null, made: null } }, "anna", anna)).toBeNull();
});
