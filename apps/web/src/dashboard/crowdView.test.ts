import { clientOf, metricsOf, roundOf, snapshotOf } from "@duet/client/testing/snapshots";
import { expect, test } from "vitest";
import { hasManyLines, isCrowd } from "../lib/crowd.ts";
import {
  crowdRows,
  gainCounts,
  gainDots,
  heatView,
  isWorseOff,
  learnedAccuracy,
  quantile,
  quantilePoints,
  quantilesOf,
  sortedRows,
} from "./crowdView.ts";
import { pinnedSeries, withPinned } from "./pinnedView.ts";

const NONE = { base: null, personal: null, shared: null, fused: null };

const told = (
  round: number,
  accuracy: Partial<typeof NONE | Record<"base" | "personal" | "shared" | "fused", number>>,
  { seconds = 0, alone = null }: { readonly seconds?: number; readonly alone?: number | null } = {},
) => ({
  round,
  metrics: metricsOf({
    accuracy: { ...NONE, ...accuracy },
    trainSeconds: seconds,
    ...(alone === null ? {} : { alone: { accuracy: alone, testLoss: 1 } }),
  }),
  standing: null,
});

const clients = [
  clientOf("anna", {
    history: [told(0, { base: 0.2, personal: 0.5 }, { seconds: 4 }), told(1, { shared: 0.6 }, { seconds: 6, alone: 0.5 })],
  }),
  clientOf("bram", { history: [told(0, { base: 0.4, personal: 0.7 }, { seconds: 2, alone: 0.7 })] }),
  clientOf("chen", { status: "left", history: [told(1, { shared: 0.9 })] }),
];
const rounds = [
  roundOf(0),
  roundOf(1, { participants: ["anna", "bram", "chen"], aggregated: ["anna", "chen"] }),
  roundOf(2, { closedAt: null, participants: ["anna"], aggregated: [] }),
];
const snapshot = snapshotOf({ clients, rounds });

test("more than a dozen clients are a crowd", () => {
  const many = (count: number) => ({ clients: Array.from({ length: count }, (_, i) => clientOf(`c${i}`)) });
  expect([12, 13].map((count) => isCrowd(many(count)))).toEqual([false, true]);
});

test("more than eight clients that tell their figures have no line each", () => {
  const telling = (count: number) => Array.from({ length: count }, (_, i) => clientOf(`c${i}`));
  const silent = clientOf("silent", { figures: "nobody", device: null });
  expect([8, 9].map((count) => hasManyLines({ clients: [...telling(count), silent] }))).toEqual([false, true]);
});

test("the middle of losses is that of a text task", () => {
  const history = (loss: number) => [{ round: 1, metrics: metricsOf({ testLoss: { ...NONE, shared: loss } }), standing: null }];
  const texts = [1, 2, 4].map((loss) => clientOf(`c${loss}`, { history: history(loss) }));
  expect(quantilePoints({ clients: texts }, "testLoss")).toMatchObject([{ round: 1, p25: 1.5, p50: 2, p75: 3 }]);
  expect(quantilePoints({ clients: texts }, "accuracy")).toEqual([]);
});

test("the heat map has the best first, and says of an empty cell why it is empty", () => {
  const { rows, low, high } = heatView(snapshot, "accuracy");
  expect(rows.map(({ name, newest }) => [name, newest])).toEqual([
    ["chen", 0.9],
    ["bram", 0.7],
    ["anna", 0.6],
  ]);
  expect(rows.map(({ cells }) => cells.map(({ kind }) => kind))).toEqual([
    ["absent", "told", "absent", "ahead"],
    ["told", "missed", "absent", "ahead"],
    ["told", "told", "ahead", "ahead"],
  ]);
  expect([low, high]).toEqual([0.5, 0.9]);
});

test("gain is over learning alone in the same round; duration is in seconds", () => {
  const gain = heatView(snapshot, "gain").rows.find(({ name }) => name === "anna");
  expect(gain?.cells.map(({ value }) => value && Number(value.toFixed(3)))).toEqual([null, 0.1, null, null]);
  const seconds = heatView(snapshot, "duration").rows.find(({ name }) => name === "anna");
  expect(seconds?.cells.map(({ value }) => value)).toEqual([4, 6, null, null]);
});

test("quantiles lie between the nearest two; a pinned client is a line of its own, in the rounds that it tells", () => {
  expect([0, 0.25, 0.5, 1].map((share) => quantile([1, 2, 3, 5], share))).toEqual([1, 1.75, 2.5, 5]);
  const points = withPinned(quantilePoints(snapshot, "accuracy"), clients[1], learnedAccuracy);
  expect(points.map(({ round, p50, pinned }) => [round, p50, pinned])).toEqual([
    [0, 0.6, 0.7],
    [1, 0.75, null],
  ]);
  expect(pinnedSeries(clients[1]).map(({ label }) => label)).toEqual(["bram"]);
  expect(quantilesOf([null])).toEqual({});
  expect(points[0]?.base).toBeCloseTo(0.3);
});

test("the table counts what was missed, and sorts what has no figure to the end both ways", () => {
  const rows = crowdRows(snapshot);
  expect(rows.map(({ name, missed }) => [name, missed])).toEqual([
    ["anna", 0],
    ["bram", 1],
    ["chen", 0],
  ]);
  const by = (isDescending: boolean) => sortedRows(rows, { column: "alone", isDescending }).map(({ name }) => name);
  expect(by(true)).toEqual(["bram", "anna", "chen"]);
  expect(by(false)).toEqual(["anna", "bram", "chen"]);
});

test("a gain is sure only where the rows say so", () => {
  const one = (test: number | null) =>
    crowdRows({ rounds: [], clients: [clientOf("anna", { ...clients[0], samples: { train: 9, fusion: 9, test } })] })[0]?.isSure;
  expect([null, 30, 3000].map(one)).toEqual([null, false, true]);
});

test("what a client ends up with, and how sure that is, is of all its test rows; rounds are of the same ones", () => {
  const rows = (test: number, shared: number, alone: number) => ({
    ...{ testRows: test, accuracy: { ...NONE, shared }, testLoss: NONE },
    alone: { accuracy: alone, testLoss: 1 },
  });
  const metrics = metricsOf({ ...rows(400, 0.7, 0.6), sample: rows(24, 0.75, 0.75) });
  const ended = [clientOf("anna", { history: [{ round: 1, metrics, standing: null }] })];
  const [row] = crowdRows({ clients: ended, rounds: [] });
  expect([row?.together, row?.alone, row?.isSure]).toEqual([0.7, 0.6, true]);
  expect(row?.gain).toBeCloseTo(0.1);
  const heat = heatView(snapshotOf({ clients: ended, rounds: [roundOf(1)] }), "gain");
  expect(heat.rows[0]?.cells[1]?.value).toBe(0);
});

test("who has met nobody yet has what learning alone has, and of who does not compare no gain is known", () => {
  const gains = crowdRows(snapshot).map(({ name, together, gain, isSure }) => [
    ...[name, together],
    ...[gain && Number(gain.toFixed(3)), isSure],
  ]);
  expect(gains).toEqual([
    ["anna", 0.6, 0.1, false],
    ["bram", 0.7, 0, false],
    ["chen", 0.9, null, null],
  ]);
});

test("worse off is who lost more than chance can make, in the count as in the filter", () => {
  const rows = [
    { gain: -0.2, isSure: true },
    { gain: -0.1, isSure: false },
    { gain: -0.3, isSure: null },
    { gain: 0.1, isSure: true },
    { gain: null, isSure: null },
  ];
  expect(rows.map(isWorseOff)).toEqual([true, false, true, false, false]);
  expect(gainCounts(rows)).toEqual({ better: 1, worse: 2, open: 1 });
});

test("dots of like gains stand above each other", () => {
  const row = crowdRows(snapshot)[0];
  if (!row) throw new Error("no row");
  const dots = gainDots([0.101, -0.05, 0.099, null].map((gain, i) => ({ ...row, id: String(i), gain })));
  expect(dots.map(({ clientId, level }) => [clientId, level])).toEqual([
    ["1", 0],
    ["2", 0],
    ["0", 1],
  ]);
});

test("what counted late was not missed, nor is a round that a client never began", () => {
  const rounds = [
    roundOf(1, { aggregated: ["anna"] }),
    roundOf(2, { aggregated: ["anna"], behind: ["bram"], late: { bram: 1 } }),
    roundOf(3, { aggregated: ["anna"] }),
  ];
  const crowd = crowdRows({ clients: [clientOf("anna"), clientOf("bram")], rounds });
  expect(crowd.map(({ missed }) => missed)).toEqual([0, 1]);
});
