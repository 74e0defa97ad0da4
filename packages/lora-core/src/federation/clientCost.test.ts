import { expect, test } from "vitest";
import { NO_METRICS, type RoundMetrics } from "../protocol/metrics.ts";
import { clientCost, federationCost } from "./clientCost.ts";

const device = { backend: "wasm" as const, threads: 4, reason: "", description: "" };
const phases = { load: 1, tokenise: 1, steps: 30, evaluation: 5, fusion: 2, encode: 1, wait: 1000 };
const round = (number: number, metrics: Partial<RoundMetrics>) => ({
  round: number,
  metrics: { ...NO_METRICS, ...metrics },
  standing: null,
});
const fusion = { personal: 0.5, shared: 0.5, evaluations: 6, forwardTokens: 100, seconds: 2 };
const client = {
  device,
  history: [round(1, { trainTokens: 1000, trainSeconds: 30, phases }), round(2, { trainTokens: 500, trainSeconds: 20, fusion })],
  bytesUp: 400_000_000,
  bytesDown: 600_000_000,
};

test("tokens, busy seconds without waiting, bytes, and energy of both: four threads for a minute, and a gigabyte", () => {
  const cost = clientCost(client);
  expect(cost).toMatchObject({ tokens: 1600, busySeconds: 60, bytes: 1e9 });
  // 60 s x 12 W is 0.2 Wh, x 40 W is 2/3 Wh; a gigabyte is 2 to 60 Wh.
  expect(cost?.energy.low).toBeCloseTo(0.2 + 2, 10);
  expect(cost?.energy.high).toBeCloseTo(2 / 3 + 60, 10);
});

test("on a GPU it is the GPU's, however many threads there are", () => {
  const onGpu = { ...client, device: { ...device, backend: "webgpu" as const, threads: 16 }, bytesUp: 0, bytesDown: 0 };
  expect(clientCost(onGpu)?.energy).toEqual({ low: (60 * 10) / 3600, high: (60 * 300) / 3600 });
});

test("nothing is made up for who does not tell; a federation's is of those who do", () => {
  expect(clientCost({ ...client, device: null })).toBeNull();
  expect(clientCost({ ...client, history: [round(1, {})] })).toBeNull();
  const both = federationCost([client, { ...client, device: null }, client]);
  expect(both).toMatchObject({ clients: 2, tokens: 3200, busySeconds: 120, bytes: 2e9 });
  expect(federationCost([])).toBeNull();
});
