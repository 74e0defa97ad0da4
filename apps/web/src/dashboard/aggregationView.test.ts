import { clientOf, metricsOf, roundOf, snapshotOf } from "@duet/client/testing/snapshots";
import type { RoundMeans } from "@duet/lora-core/protocol/metrics";
import type { ClientView } from "@duet/lora-core/protocol/snapshot";
import { expect, test } from "vitest";
import { formatFraction } from "../lib/format.ts";
import { aggregationSeries, aggregationText, clientAggregationText, withAggregation } from "./aggregationView.ts";
import { medianOf, quantilePoints } from "./crowdView.ts";
import { mean, testPoints } from "./metricsView.ts";

const none = { base: null, personal: null, shared: null, fused: null };

/** What a client told of a round: of the shared adapter as it came, and as it trained it. */
const entry = (round: number, came: number | null, trained: number | null): ClientView["history"][number] => ({
  round,
  metrics: metricsOf({
    trainLoss: 1,
    accuracy: { ...none, shared: came },
    testLoss: { ...none, shared: came === null ? null : 3 - came },
    ...(trained === null ? {} : { beforeAggregation: { accuracy: trained, testLoss: 3 - trained } }),
  }),
  standing: null,
});

const anna = clientOf("anna", { history: [entry(1, 0.25, 0.5), entry(2, 0.75, 0.875), entry(3, 0.8, null)] });
const bram = clientOf("bram", { history: [entry(1, 0.25, 0.75), entry(2, 0.25, 0.375), entry(3, 0.7, null)] });
const snapshot = snapshotOf({ clients: [anna, bram], rounds: [roundOf(1), roundOf(2), roundOf(3)] });
const pointsOf = (of = snapshot) => withAggregation(testPoints(of, "accuracy"), of, "accuracy", mean);

test("a round has what clients had of the shared adapter before averaging, and what the next one began with", () => {
  const points = pointsOf();
  expect(points.map((point) => [point.beforeAggregation, point.afterAggregation])).toEqual([
    [0.625, 0.5],
    [0.625, 0.75],
    [undefined, undefined],
  ]);
  expect(points[1]).toMatchObject({ shared: 0.5, "anna.shared": 0.75 });
  const [first] = withAggregation(testPoints(snapshot, "testLoss"), snapshot, "testLoss", mean);
  expect(first).toMatchObject({ beforeAggregation: 2.375, afterAggregation: 2.5 });
});

test("it is a broken line of the shared colour, with what came after it among the figures, where anybody measured it", () => {
  expect(aggregationSeries(pointsOf())).toEqual([
    expect.objectContaining({ label: "before averaging", color: "var(--shared)", of: "shared", drawn: "broken" }),
    expect.objectContaining({ label: "after averaging", drawn: "nowhere" }),
  ]);
  const earlier = { ...snapshot, clients: [clientOf("anna", { history: [entry(1, 0.25, null), entry(2, 0.5, null)] })] };
  expect(aggregationSeries(pointsOf(earlier))).toEqual([]);
  expect(aggregationText(pointsOf(earlier), formatFraction)).toEqual([]);
});

test("in words it is the newest round of which both are known", () => {
  expect(aggregationText(pointsOf(), formatFraction)).toEqual(["averaging 0.63 → 0.75 in round 2"]);
  expect(clientAggregationText(anna, "accuracy", formatFraction)).toBe("0.88 → 0.80 in round 2");
  expect(clientAggregationText(bram, "testLoss", String)).toBe("2.625 → 2.3 in round 2");
  expect(clientAggregationText(clientOf("chen"), "accuracy", formatFraction)).toBeNull();
});

test("a client that missed the next round does not say what averaging did in this one", () => {
  const missed = { history: [entry(1, 0.25, 0.5), entry(3, 0.7, null)] };
  expect(clientAggregationText(missed, "accuracy", formatFraction)).toBeNull();
});

test("of a round that is open nothing is said before all who are asked have answered", () => {
  const openRound = {
    ...{ round: 2, attempt: 1, deadlineAt: null, exchange: null },
    participants: ["anna", "bram"],
    submitted: ["anna"],
  };
  const clients = [
    { ...anna, history: anna.history.slice(0, 2) },
    { ...bram, history: bram.history.slice(0, 1) },
  ];
  const points = pointsOf(snapshotOf({ clients, rounds: [roundOf(1)], openRound }));
  expect(points.map((point) => [point.beforeAggregation, point.afterAggregation])).toEqual([
    [0.625, null],
    [undefined, undefined],
  ]);
});

test("where figures are summed both are of the sums", () => {
  const means = (shared: number, before?: number): RoundMeans => ({
    ...{ trainRows: 90, testRows: 60, trainLoss: 1, clip: null },
    accuracy: { ...none, shared },
    testLoss: none,
    ...(before === undefined ? {} : { beforeAggregation: { accuracy: before, testLoss: null } }),
  });
  const rounds = [roundOf(1, { means: means(0.3, 0.7) }), roundOf(2, { means: means(0.6, 0.8) }), roundOf(3, { means: null })];
  const summed = snapshotOf({ clients: [clientOf("anna"), clientOf("bram")], rounds });
  expect(pointsOf(summed).map((point) => [point.beforeAggregation, point.afterAggregation])).toEqual([
    [0.7, 0.6],
    [0.8, null],
  ]);
});

test("of many clients both are medians", () => {
  const crowd = [0.1, 0.2, 0.6].map((value, index) =>
    clientOf(`c${index}`, { history: [entry(1, 0.1, value), entry(2, value / 2, null)] }),
  );
  const of = snapshotOf({ clients: crowd, rounds: [roundOf(1), roundOf(2)] });
  const [first] = withAggregation(quantilePoints(of, "accuracy"), of, "accuracy", medianOf);
  expect(first).toMatchObject({ beforeAggregation: 0.2, afterAggregation: 0.1 });
});
