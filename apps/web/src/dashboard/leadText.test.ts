import { clientOf, roundOf, snapshotOf } from "@duet/client/testing/snapshots";
import type { FederationConfig } from "@duet/lora-core/protocol/federationConfig";
import type { Snapshot } from "@duet/lora-core/protocol/snapshot";
import { expect, test } from "vitest";
import { leadText } from "./leadText.ts";

const { config } = snapshotOf();
const ended = (change: Partial<FederationConfig>, then: Partial<Snapshot> = {}, takesPart = false) =>
  leadText(
    snapshotOf({ config: { ...config, ...change }, phase: "finished", rounds: [roundOf(0), roundOf(1)], ...then }),
    takesPart,
  );
const closed = [clientOf("anna", { figures: "nobody", device: null }), clientOf("bram", { figures: "nobody", device: null })];

test("only what ended without a round ended before anything was measured", () => {
  expect(ended({}, { phase: "stopped", rounds: [] })).toBe("It ended before anything was measured.");
  expect(ended({}, { phase: "failed", rounds: [roundOf(0, { aggregated: [] })] })).toBe("It ended before anything was measured.");
  expect(ended({}, { phase: "stopped" })).toMatch(/^No accuracy is known here/);
});

test("where noise or everybody's choice hides the figures that is said", () => {
  const training = { ...config.training, privacy: { epsilon: 8, delta: 1e-5, clip: 1 } };
  expect(ended({ training })).toMatch(/^With differential privacy nobody sends figures/);
  expect(ended({}, { clients: closed })).toMatch(/^No client tells its figures here/);
});

test("sums bring the means of losses and accuracies, and none of what was written", () => {
  expect(ended({ aggregation: "secure" }, { clients: closed })).toMatch(/^No accuracy is known here/);
  expect(ended({ aggregation: "secure", task: { kind: "text" } }, { clients: closed })).toMatch(
    /^Nobody told here how close the answers come/,
  );
});

test("while it runs the figure is to come", () => {
  expect(ended({}, { phase: "collecting" })).toMatch(/will stand here after the first round\.$/);
});

test("who only looks on is told while it runs why there is none; who takes part has its own to come", () => {
  const running = { phase: "collecting" } as const;
  const training = { ...config.training, privacy: { epsilon: 8, delta: 1e-5, clip: 1 } };
  expect(ended({ training }, running)).toMatch(/^With differential privacy nobody sends figures/);
  expect(ended({}, { ...running, clients: closed })).toMatch(/^No client tells its figures here/);
  // They are yet to come as means.
  expect(ended({ aggregation: "secure" }, { ...running, clients: closed })).toMatch(/will stand here/);
  expect(ended({ training }, running, true)).toMatch(/will stand here/);
});
