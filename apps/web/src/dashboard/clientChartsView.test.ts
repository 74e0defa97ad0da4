import { clientOf, metricsOf, snapshotOf } from "@duet/client/testing/snapshots";
import { expect, test } from "vitest";
import { clientCharts, peakMemory } from "./clientChartsView.ts";

const { config } = snapshotOf();
const none = { base: null, personal: null, shared: null, fused: null };

/** Round `round` of a client that trained, sent and measured. */
const entry = (round: number, shared: number, alone: number | null) => ({
  round,
  metrics: metricsOf({
    accuracy: { ...none, shared },
    ...(alone === null ? {} : { alone: { accuracy: alone, testLoss: 1 } }),
    trainTokens: 900,
    trainSeconds: round,
    peakMemory: round * 2 ** 24,
  }),
  standing: null,
  traffic: { up: 1_500_000, down: 3_000_000 * round },
});

test("a client's rounds are what it reached beside learning alone, what crossed the wire in its largest unit, and how fast it was", () => {
  const [learning, network, speed] = clientCharts({ history: [entry(1, 0.5, 0.4), entry(2, 0.75, null)] }, config);
  expect(learning?.points).toMatchObject([
    { round: 1, together: 0.5, alone: 0.4 },
    { round: 2, together: 0.75, alone: null, gain: null },
  ]);
  expect(learning?.points[0]?.gain).toBeCloseTo(0.1);
  expect(learning?.series.map(({ label }) => label)).toEqual(["Together", "Alone", "Over learning alone"]);
  expect(network?.yTitle).toBe("MB a round");
  expect(network?.points).toEqual([
    { round: 1, sent: 1.5, received: 3 },
    { round: 2, sent: 1.5, received: 6 },
  ]);
  expect(network?.format(1.5)).toBe("1.50 MB");
  expect(speed?.points.map((point) => point.speed)).toEqual([900, 450]);
});

test("what is not told has no chart, nor have a wire that nothing crosses and a single round", () => {
  const told = (round: number) => ({ round, metrics: metricsOf(), standing: null, traffic: { up: 0, down: 0 } });
  expect(clientCharts({ history: [told(1), told(2)] }, config)).toEqual([]);
  expect(clientCharts({ history: [entry(1, 0.5, 0.4)] }, config)).toEqual([]);
  const [alone] = clientCharts({ history: [entry(1, 0.5, null), entry(2, 0.6, null)] }, config);
  expect(alone?.series.map(({ label }) => label)).toEqual(["Together"]);
});

test("memory is the newest that was told", () => {
  expect(peakMemory(clientOf("anna"))).toBeNull();
  const history = [entry(1, 0.5, null), entry(2, 0.6, null), { round: 3, metrics: metricsOf(), standing: null }];
  expect(peakMemory({ history })).toBe(2 ** 25);
});
