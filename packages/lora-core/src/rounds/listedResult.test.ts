import { expect, test } from "vitest";
import { NO_METRICS, type RoundMetrics } from "../protocol/metrics.ts";
import { listedResult } from "./listedResult.ts";

const accuracy = (base: number, shared: number): RoundMetrics["accuracy"] => ({ base, personal: null, shared, fused: null });
const client = (figures: "everybody" | "organiser" | "nobody", ...reached: number[]) => ({
  figures,
  history: reached.map((shared, round) => ({
    round,
    metrics: { ...NO_METRICS, accuracy: accuracy(0.25, shared) },
    standing: null,
  })),
});
const sum = (shared: number) => ({
  round: 1,
  means: {
    trainRows: 9,
    testRows: 9,
    trainLoss: 1,
    accuracy: accuracy(0.125, shared),
    testLoss: NO_METRICS.testLoss,
    clip: null,
  },
});

test("a list has the mean of those who tell everybody, of the newest that each told", () => {
  const clients = [client("everybody", 0.3, 0.5), client("everybody", 0.75), client("organiser", 1), client("nobody")];
  expect(listedResult(clients, [])).toEqual({ base: 0.25, served: 0.625 });
});

test("one client's own figure is in no list, and neither is what is not for everybody", () => {
  expect(listedResult([client("everybody", 0.5), client("organiser", 0.75)], [])).toBeNull();
  expect(listedResult([client("organiser", 0.5), client("organiser", 0.75)], [])).toBeNull();
  expect(listedResult([client("everybody"), client("everybody")], [])).toBeNull();
});

test("what only one of them has is not what the list is of", () => {
  const [first, second] = [client("everybody", 0.5), client("everybody", 0.75)];
  const [entry] = first.history;
  const fused = entry && { ...entry, metrics: { ...entry.metrics, accuracy: { ...entry.metrics.accuracy, fused: 0.875 } } };
  expect(listedResult([{ ...first, history: fused ? [fused] : [] }, second], [])).toEqual({ base: 0.25, served: 0.625 });
});

test("a secure sum is of all rows, whoever tells", () => {
  expect(listedResult([client("nobody"), client("everybody", 0.5)], [sum(0.875)])).toEqual({ base: 0.125, served: 0.875 });
});
