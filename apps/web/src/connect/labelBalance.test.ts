import { expect, test } from "vitest";
import { labelBalance, othersRows } from "./labelBalance.ts";

test("every label of the federation is there, those that no row has last, and what leans is said", () => {
  const counts = [
    { label: "flu", count: 6 },
    { label: "cold", count: 2 },
  ];
  const { labels, missing, leaning } = labelBalance(counts, ["asthma", "cold", "flu", "gout"]);
  expect(labels.map(({ label, share }) => [label, share])).toEqual([
    ["flu", 0.75],
    ["cold", 0.25],
    ["asthma", 0],
    ["gout", 0],
  ]);
  expect(labels.map(({ beside }) => beside)).toEqual([0.25, 0.25, 0.25, 0.25]);
  expect(missing).toEqual(["asthma", "gout"]);
  expect(leaning).toEqual({ label: "flu", times: 3 });
});

test("rows that are spread evenly lean nowhere", () => {
  const counts = [
    { label: "flu", count: 6 },
    { label: "cold", count: 5 },
  ];
  expect(labelBalance(counts, ["cold", "flu"])).toMatchObject({ missing: [], leaning: null });
});

test("where all clients' rows were summed, the rows here stand beside those of everybody", () => {
  const counts = [
    { label: "flu", count: 6 },
    { label: "cold", count: 2 },
  ];
  const { labels, leaning } = labelBalance(counts, ["cold", "flu"], [75, 25]);
  expect(labels.map(({ label, beside }) => [label, beside])).toEqual([
    ["flu", 0.25],
    ["cold", 0.75],
  ]);
  expect(leaning).toEqual({ label: "flu", times: 3 });
});

test("of the others only those count that are here, and only the rows of those that tell", () => {
  const samples = (train: number | null) => ({ train, fusion: null, test: null });
  expect(
    othersRows({
      clients: [
        { status: "present", samples: samples(60) },
        { status: "away", samples: samples(40) },
        { status: "present", samples: samples(null) },
        { status: "left", samples: samples(500) },
      ],
    }),
  ).toEqual({ clients: 3, telling: 2, rows: 100, labels: null });
});
