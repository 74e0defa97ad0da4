import { fractionDone, roundFraction, trainedIn } from "@duet/client/federationProgress";
import { clientOf, collecting, metricsOf, roundOf, snapshotOf } from "@duet/client/testing/snapshots";
import { presetOf } from "@duet/lora-core/federation/federationDefaults";
import type { Progress } from "@duet/lora-core/protocol/metrics";
import { strategies } from "@duet/lora-core/strategies/registry";
import { afterEach, expect, test } from "vitest";
import { speak } from "../lib/language.ts";
import { stripView } from "./progressView.ts";

afterEach(() => speak("en"));

const training = (round: number, step: number): Progress => ({
  round,
  activity: "training",
  slot: "shared",
  step,
  steps: 12,
  loss: 0.5,
  tokensPerSecond: 600,
});

/** A round that trains the shared adapter, and what learns alone beside it. */
const BESIDE = [
  { slot: "shared", planStep: 0 },
  { slot: "alone", planStep: 0 },
] as const;

test("the status says where the federation stands, in words people and programs look for", () => {
  expect(stripView(collecting(1), 0).status).toBe("Round 1 of 2");
  expect(stripView(collecting(0), 0)).toMatchObject({ status: "Learning alone", stage: "each on its own data" });
  expect(stripView(collecting(3), 0)).toMatchObject({ status: "Finish", stage: "making what each client serves" });
  expect(stripView(snapshotOf({ phase: "finished" }), 0)).toMatchObject({ status: "Finished", percent: 100, tone: "done" });
  expect(stripView(collecting(1, { phase: "paused" }), 0).status).toBe("Paused · Round 1 of 2");
});

test("in Chinese no phase is told in English words", async () => {
  await speak("zh");
  const phases = ["waiting", "collecting", "exchanging", "aggregating", "paused", "finished", "stopped", "failed"] as const;
  for (const phase of phases) {
    const { status, stage, timing } = stripView(collecting(1, { phase }), 0);
    expect([status, stage, timing].join(" ")).not.toMatch(/[a-z]/i);
  }
});

test("a waiting federation says how many are missing, counting only who is here", () => {
  const clients = [clientOf("anna"), clientOf("bram", { status: "away" }), clientOf("chen", { status: "left" })];
  expect(stripView(snapshotOf({ clients }), 0)).toMatchObject({ status: "Waiting for 1 more client", presence: "1 of 2 ready" });
  expect(stripView(snapshotOf({ clients: [] }), 0)).toMatchObject({
    status: "Waiting for 2 more clients",
    presence: "0 of 2 ready",
  });
  expect(stripView(snapshotOf(), 0).status).toBe("Ready to start");
});

test("a federation that is over says who took part, and counts nobody as missing who has gone since", () => {
  const clients = ["anna", "bram", "chen", "dana", "elif"].map((id) => clientOf(id, { status: "left" }));
  const ended = (aggregated: readonly string[]) =>
    stripView(snapshotOf({ phase: "finished", clients, rounds: [roundOf(0, { aggregated: [...aggregated] })] }), 0).presence;
  expect(ended([])).toBe("nobody's work counted");
  expect(ended(["anna"])).toBe("anna took part");
  expect(ended(["anna", "chen"])).toBe("anna and chen took part");
  expect(ended(["anna", "bram", "chen"])).toBe("anna, bram and chen took part");
  expect(ended(["anna", "bram", "chen", "elif"])).toBe("4 clients took part");
});

test("progress is rounds closed plus the mean within the open one", () => {
  const clients = [clientOf("anna", { progress: training(1, 6) }), clientOf("bram", { progress: training(0, 12) })];
  // Four rounds (0..3), one closed; anna at 0.9 * 6/12, bram not yet in this round.
  expect(fractionDone(collecting(1, { clients }))).toBeCloseTo((1 + 0.45 / 2) / 4, 10);
  expect(roundFraction(clientOf("x", { history: [{ round: 1, metrics: metricsOf(), standing: null }] }), 1, [])).toBe(1);
  expect(roundFraction(clientOf("x", { progress: { ...training(1, 12), activity: "fusing" } }), 1, [])).toBe(0.95);
});

test("a client that measures is as far as the trainings that it has had: the shared adapter as it came, and as it was trained", () => {
  const measuring = (step: number, steps: number) =>
    roundFraction(clientOf("x", { progress: { ...training(1, step), activity: "evaluating", steps } }), 1, BESIDE);
  const trained = roundFraction(clientOf("x", { progress: { ...training(1, 12), slot: "alone" } }), 1, BESIDE);
  expect([measuring(0, 2), measuring(1, 2)]).toEqual([0, 0.45]);
  expect(measuring(2, 2)).toBe(0.95);
  expect(trained).toBe(0.9);
});

test("a round of several trainings is as far as all of them, and learning alone is one more beside each", () => {
  const { config } = snapshotOf();
  expect(trainedIn({ ...config, strategy: presetOf("fedavg") }, 1)).toEqual(BESIDE.slice(0, 1));
  expect(trainedIn({ ...config, strategy: presetOf("fedavg"), alone: true }, 1)).toEqual(BESIDE);
  expect(trainedIn({ ...config, strategy: presetOf("fedkd", "together"), alone: true }, 1)).toEqual([
    { slot: null, planStep: 1 },
    { slot: "alone", planStep: 1 },
  ]);
  const at = (slot: Progress["slot"]) => roundFraction(clientOf("x", { progress: { ...training(1, 6), slot } }), 1, BESIDE);
  expect([at("shared"), at("alone")].map((fraction) => Number(fraction.toFixed(3)))).toEqual([0.225, 0.675]);
});

test("no method's round goes back, though a slot is trained twice in it", () => {
  const { config } = snapshotOf();
  for (const { id } of strategies) {
    const trained = trainedIn({ ...config, strategy: presetOf(id), alone: true }, 1);
    const places = trained.flatMap((place) => [0, 6, 12].map((step) => ({ ...training(1, step), ...place })));
    const fractions = places.map((progress) => roundFraction(clientOf("x", { progress }), 1, trained));
    expect(fractions, id).toEqual(fractions.toSorted((one, other) => one - other));
    expect(fractions.at(-1), id).toBeCloseTo(0.9, 10);
  }
});

test("time left is an estimate once a tenth is done, and time taken at the end", () => {
  const clients = [clientOf("anna", { progress: training(2, 0) })];
  const half = collecting(2, { clients });
  expect(stripView(half, 60_000).timing).toBe("about 1 min left");
  expect(stripView(collecting(0), 30_000).timing).toBe("30 s so far");
  const ended = snapshotOf({ phase: "finished", endedAt: 80_000, rounds: [roundOf(0)] });
  expect(stripView(ended, 0).timing).toBe("took 1 min 20 s");
});

test("a secure sum under way says its step", () => {
  const open = collecting(1, { phase: "exchanging" });
  const exchange = { attempt: 1, step: "keys" as const, asked: ["anna", "bram"], answered: [], clip: null };
  const summing = { ...open, openRound: open.openRound && { ...open.openRound, exchange } };
  expect(stripView(summing, 0)).toMatchObject({
    status: "Round 1 of 2",
    stage: "summing securely · step 1 of 5: keys, 0 of 2 have answered",
  });
});
