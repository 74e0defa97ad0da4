import { clientOf, metricsOf, roundOf, snapshotOf } from "@duet/client/testing/snapshots";
import { expect, test } from "vitest";
import { aloneSeries, withAlone } from "./aloneView.ts";
import { mean, testPoints } from "./metricsView.ts";

const none = { base: null, personal: null, shared: null, fused: null };
const entry = (round: number, alone: number | null) => ({
  round,
  metrics: metricsOf({
    trainLoss: 1,
    accuracy: { ...none, shared: 0.5 },
    ...(alone === null ? {} : { alone: { accuracy: alone, testLoss: 3 - alone } }),
  }),
  standing: null,
});
const anna = clientOf("anna", { history: [entry(1, null), entry(2, 0.25), entry(3, 0.75)] });
const bram = clientOf("bram", { history: [entry(1, null), entry(2, 0.75), entry(3, 0.25)] });
const snapshot = snapshotOf({ clients: [anna, bram], rounds: [roundOf(1), roundOf(2), roundOf(3)] });

test("learning alone is a line from the round on in which it was measured, and none where nobody compares", () => {
  const points = withAlone(testPoints(snapshot, "accuracy"), snapshot, "accuracy", mean);
  expect(points.map(({ alone }) => alone)).toEqual([undefined, 0.5, 0.5]);
  expect(aloneSeries(points, "ink")).toEqual([{ key: "alone", label: "alone", color: "ink", thin: false }]);
  const losses = withAlone(testPoints(snapshot, "testLoss"), snapshot, "testLoss", mean);
  expect(losses.map(({ alone }) => alone)).toEqual([undefined, 2.5, 2.5]);
  const without = { ...snapshot, clients: [clientOf("anna", { history: [entry(1, null)] })] };
  expect(aloneSeries(withAlone(testPoints(without, "accuracy"), without, "accuracy", mean), "ink")).toEqual([]);
});

test("where clients sum their figures it is over all of their rows", () => {
  const means = { ...{ trainRows: 1, testRows: 1, trainLoss: 1, accuracy: none, testLoss: none, clip: null } };
  const rounds = [roundOf(2, { means: { ...means, alone: { accuracy: 0.625, testLoss: 1 } } })];
  const summed = snapshotOf({ clients: [anna, bram], rounds });
  expect(withAlone([{ round: 2 }], summed, "accuracy", mean)).toEqual([{ round: 2, alone: 0.625 }]);
});
