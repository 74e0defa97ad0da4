import { clientOf, metricsOf } from "@duet/client/testing/snapshots";
import { expect, test } from "vitest";
import { costView, federationCostView } from "./costView.ts";

const device = { backend: "wasm" as const, threads: 4, reason: "", description: "" };
const history = (trainSeconds: number) => [
  { round: 1, metrics: metricsOf({ trainTokens: 12_000, trainSeconds, phases: undefined, fusion: null }), standing: null },
];

test("energy is a range with its unit, and a federation says of how many clients it is", () => {
  const told = clientOf("anna", { device, history: history(90), bytesUp: 0, bytesDown: 0 });
  expect(costView(told)).toEqual({ tokens: "12 k", busy: "1 min 30 s", bytes: "0 B", energy: "0.30 to 1.00 Wh" });
  const silent = clientOf("bram", { device: null });
  expect(costView(silent)).toBeNull();
  expect(federationCostView([told, silent])?.of).toBe("1 of 2 clients");
  expect(federationCostView([silent])).toBeNull();
});

test("much of it is said in kWh", () => {
  const long = clientOf("anna", { device, history: history(360_000), bytesUp: 0, bytesDown: 0 });
  expect(costView(long)?.energy).toBe("1.20 to 4.00 kWh");
});
