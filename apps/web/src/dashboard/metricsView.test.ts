import { clientOf, metricsOf, roundOf, snapshotOf } from "@duet/client/testing/snapshots";
import { latestAccuracy, meanAccuracy } from "@duet/lora-core/protocol/meanAccuracy";
import { afterEach, expect, test } from "vitest";
import { speak } from "../lib/language.ts";
import {
  chanceLevel,
  fewerRowsText,
  fusionRows,
  lossPoints,
  measuredRowsText,
  searchCost,
  testPoints,
  updateText,
} from "./metricsView.ts";

afterEach(() => speak("en"));

const fusion = { personal: 0.3, shared: 0.8, evaluations: 20, forwardTokens: 4100, seconds: 2.5 };

const accuracy = (base: number | null, personal: number | null, shared: number | null, fused: number | null) => ({
  accuracy: { base, personal, shared, fused },
});

const anna = clientOf("anna", {
  history: [
    { round: 0, metrics: metricsOf({ trainLoss: 2, ...accuracy(0.2, 0.5, null, null) }), standing: null },
    { round: 1, metrics: metricsOf({ trainLoss: 1, ...accuracy(null, 0.5, 0.7, null) }), standing: null },
    {
      round: 3,
      metrics: metricsOf({
        ...accuracy(null, 0.5, 0.8, 0.9),
        fusion,
      }),
      standing: null,
    },
  ],
});
const bram = clientOf("bram", {
  samples: { train: 20, fusion: 1, test: 1 },
  history: [{ round: 0, metrics: metricsOf({ trainLoss: 4, ...accuracy(0.4, 0.6, null, null) }), standing: null }],
});
const snapshot = snapshotOf({ clients: [anna, bram], rounds: [roundOf(0), roundOf(1)] });

test("accuracy by round is the mean of those who measured it, with each client beside it", () => {
  const points = testPoints(snapshot, "accuracy");
  expect(points.map(({ round }) => round)).toEqual([0, 1, 3]);
  expect(points[0]).toMatchObject({ base: expect.closeTo(0.3), personal: 0.55, shared: null, "bram.personal": 0.6 });
  // The base does not change: its line is that of everybody in every round, whoever answered in it.
  expect(points.map(({ base }) => base)).toEqual([expect.closeTo(0.3), expect.closeTo(0.3), expect.closeTo(0.3)]);
  expect(points[1]).toMatchObject({ "bram.base": 0.4, shared: 0.7, "anna.shared": 0.7, "bram.shared": null });
  expect(points[2]).toMatchObject({ fused: 0.9 });
});

test("an open round has a mean once all who are asked have answered", () => {
  const openRound = {
    round: 1,
    attempt: 1,
    participants: ["anna", "bram"],
    submitted: ["anna"],
    deadlineAt: null,
    exchange: null,
  };
  const open = { ...snapshot, openRound };
  expect(testPoints(open, "accuracy")[1]).toMatchObject({ base: expect.closeTo(0.3), shared: null, "anna.shared": 0.7 });
  const answered = { ...open, openRound: { ...openRound, submitted: ["bram", "anna"] } };
  expect(testPoints(answered, "accuracy")[1]).toMatchObject({ shared: 0.7 });
});

test("losses on test rows go by the same rule as accuracies", () => {
  const testLoss = (base: number | null, shared: number | null) => ({ testLoss: { base, personal: null, shared, fused: null } });
  const dora = clientOf("dora", {
    history: [
      { round: 0, metrics: metricsOf({ trainLoss: 3, ...testLoss(4.5, null) }), standing: null },
      { round: 1, metrics: metricsOf({ trainLoss: 2, ...testLoss(null, 3.25) }), standing: null },
    ],
  });
  const points = testPoints(snapshotOf({ clients: [dora], rounds: [roundOf(0), roundOf(1)] }), "testLoss");
  expect(points.map(({ base, shared }) => [base, shared])).toEqual([
    [4.5, null],
    [4.5, 3.25],
  ]);
});

test("the last round stands in the chart with the rows of every round, and its end figures elsewhere; of how many rows is said", () => {
  const none = { base: null, personal: null, shared: null, fused: null };
  const sample = { testRows: 48, accuracy: { ...none, base: 0.3, shared: 0.6, fused: 0.7 }, testLoss: none };
  const cleo = clientOf("cleo", {
    history: [
      { round: 0, metrics: metricsOf({ trainLoss: 2, ...accuracy(0.3, 0.5, null, null), testRows: 48 }), standing: null },
      { round: 3, metrics: metricsOf({ ...accuracy(0.35, null, 0.55, 0.8), testRows: 60, sample }), standing: null },
    ],
  });
  const ended = snapshotOf({ clients: [cleo], rounds: [roundOf(0), roundOf(3)] });
  const [first, last] = testPoints(ended, "accuracy");
  expect(first?.base).toBe(0.3);
  expect(last).toMatchObject({ base: 0.3, shared: 0.6, fused: 0.7 });
  expect(meanAccuracy(ended)).toMatchObject({ base: 0.35, fused: 0.8 });
  expect(measuredRowsText(ended)).toBe("In every round on the same 48 test rows of each client.");
  expect(fewerRowsText(ended)).toMatch(/^Of the 48 test rows of each client that every round measured\./);
  expect(fewerRowsText(snapshot)).toBeNull();
  expect(
    measuredRowsText({
      clients: [cleo, clientOf("dora", { history: [{ round: 0, metrics: metricsOf({ testRows: 20 }), standing: null }] })],
    }),
  ).toBe("In every round on the same 20 to 48 test rows of each client.");
  expect(measuredRowsText(snapshot)).toBeNull();
});

test("the mean of losses by round is weighted by rows, over those who tell them, and leaves out rounds without training", () => {
  expect(lossPoints(snapshot)).toEqual([
    { round: 0, anna: 2, bram: 4, mean: 2.5 },
    { round: 1, anna: 1, bram: null, mean: 1 },
  ]);
});

test("means come from the secure sum where there is one, the base's for all rounds, and a newer figure of clients over an older sum", () => {
  const none = { base: null, personal: null, shared: null, fused: null };
  const means = {
    trainRows: 120,
    testRows: 60,
    trainLoss: 1.5,
    accuracy: { ...none, base: 0.25, personal: 0.52, shared: 0.66 },
    testLoss: none,
    clip: null,
  };
  const summed = { ...snapshot, rounds: [roundOf(0), roundOf(1, { means, meanLoss: 1.5 }), roundOf(2), roundOf(3)] };
  const points = testPoints(summed, "accuracy");
  expect(points[1]).toMatchObject({ base: 0.25, personal: 0.52, shared: 0.66, fused: null, "anna.shared": 0.7 });
  expect(points[0]).toMatchObject({ base: 0.25, personal: 0.55 });
  expect(points[2]).toMatchObject({ base: 0.25, shared: 0.8, fused: 0.9 });
  expect(meanAccuracy(summed)).toEqual({ base: 0.25, personal: 0.55, shared: 0.8, fused: 0.9 });
  // A sum of clients of whom nobody told figures by itself.
  const hidden = { ...summed, clients: [clientOf("anna"), clientOf("bram")] };
  expect(testPoints(hidden, "accuracy").map(({ round, shared }) => [round, shared])).toEqual([[1, 0.66]]);
  expect(meanAccuracy(hidden)).toEqual({ base: 0.25, personal: 0.52, shared: 0.66, fused: null });
  expect(lossPoints(hidden)).toEqual([{ round: 1, anna: null, bram: null, mean: 1.5 }]);
});

test("the newest figure of each adapter counts, even when it is older than another's", () => {
  expect(latestAccuracy(anna)).toEqual({ base: 0.2, personal: 0.5, shared: 0.8, fused: 0.9 });
  expect(meanAccuracy(snapshot)).toEqual({ base: expect.closeTo(0.3), personal: 0.55, shared: 0.8, fused: 0.9 });
  expect(latestAccuracy(clientOf("new"))).toEqual({ base: null, personal: null, shared: null, fused: null });
});

test("fusion weights are listed for those who have found them; chance is one label in four", () => {
  expect(fusionRows(snapshot)).toEqual([{ clientId: "anna", name: "anna", ...fusion }]);
  expect(chanceLevel(snapshot)).toBe(0.25);
});

test("searches are added up over the clients; without one there is no cost", () => {
  const row = { clientId: "anna", name: "anna", ...fusion };
  expect(searchCost([row, { ...row, clientId: "ben", evaluations: 12, seconds: 0.5 }])).toEqual({
    evaluations: 32,
    forwardTokens: 8200,
    seconds: 3,
  });
  expect(searchCost([{ ...row, evaluations: 0, forwardTokens: 0, seconds: 0 }])).toBeNull();
});

test("a client's newest update is told as multiples of the median and its agreement with the others", () => {
  const standing = { norm: 12.34, rows: 1, cosine: -0.456, isClipped: true, isCapped: false };
  const told = (...standings: readonly (typeof standing | null)[]) =>
    updateText(clientOf("x", { history: standings.map((entry, round) => ({ round, metrics: metricsOf(), standing: entry })) }));
  expect(told(standing, null)).toBe("12.3 × median, clipped; cosine -0.46");
  expect(told({ ...standing, norm: 0.987, isClipped: false, isCapped: true })).toBe("0.99 × median, rows capped; cosine -0.46");
  const among2 = { norm: null, rows: null, cosine: 0.5, isClipped: false, isCapped: false };
  expect(updateText(clientOf("x", { history: [{ round: 1, metrics: metricsOf(), standing: among2 }] }))).toBe("cosine 0.50");
  expect(told(null)).toBeNull();
});

test("in Chinese an update is told without English words", async () => {
  const standing = { norm: 12.34, rows: 1, cosine: -0.456, isClipped: true, isCapped: true };
  const client = clientOf("x", { history: [{ round: 1, metrics: metricsOf(), standing }] });
  await speak("zh");
  expect(updateText(client)).not.toMatch(/[a-z]/i);
});
