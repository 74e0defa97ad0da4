import { roundOf, snapshotOf } from "@duet/client/testing/snapshots";
import { expect, test } from "vitest";
import { roundAxes } from "./axesView.ts";

const { config } = snapshotOf();

test("rounds stand by number, by a client's steps until their end, and by the time until then", () => {
  const rounds = [
    roundOf(0, { openedAt: 1000, closedAt: 6000 }),
    roundOf(1, { openedAt: 7000, closedAt: 10_500 }),
    roundOf(2, { closedAt: null }),
  ];
  expect(roundAxes({ config, rounds })).toEqual({
    round: [0, 1, 2, 3].map((round) => ({ round, at: round })),
    step: [
      { round: 0, at: 24 },
      { round: 1, at: 36 },
      { round: 2, at: 48 },
      { round: 3, at: 48 },
    ],
    time: [
      { round: 0, at: 5 },
      { round: 1, at: 9.5 },
    ],
  });
});

test("passes over rows and work by speed are no steps that clients have in common, and before a round has ended there is no time", () => {
  const budgets = { ...config.budgets, inner: { unit: "epochs", amount: 1 } } as const;
  expect(Object.keys(roundAxes({ config: { ...config, budgets }, rounds: [] }))).toEqual(["round"]);
  expect(Object.keys(roundAxes({ config: { ...config, work: "bySpeed" }, rounds: [] }))).toEqual(["round"]);
});
