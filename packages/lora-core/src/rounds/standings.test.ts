import { expect, test } from "vitest";
import type { RoundEvent } from "./roundEvents.ts";
import { transition } from "./roundMachine.ts";
import { initialRoundState, type RoundPolicy } from "./roundState.ts";

const policy: RoundPolicy = {
  schedule: [{ round: 1, stage: "federated", receives: true, uploads: true }],
  minClients: 3,
  roundDeadlineMs: 1000,
  reconnectGraceMs: 100,
  waitMs: 1000,
  exchange: null,
  sampling: null,
  bySpeed: false,
  deadlineBySpeed: false,
  late: null,
  statistics: null,
};
const device = { backend: "cpu" as const, threads: 1, reason: "", description: "" };
const none = { base: null, personal: null, shared: null, fused: null };
const metrics = { trainLoss: 0.5, accuracy: none, macroF1: none, testLoss: none, fusion: null, trainTokens: 1, trainSeconds: 1 };
const names = ["anna", "bram", "mallory"];

const usual = { norm: 0.9, rows: 1, cosine: 0.25, isClipped: false, isCapped: false };
const bad = { norm: 12.34, rows: 16_666_666, cosine: -0.5, isClipped: true, isCapped: true };

const events: readonly RoundEvent[] = [
  ...names.map((clientId): RoundEvent => {
    const introduction = {
      name: clientId,
      device,
      samples: { train: 60, fusion: 1, test: 1 },
      identity: null,
      figures: "everybody" as const,
    };
    return { type: "clientJoined", clientId, introduction, at: 0 };
  }),
  ...names.map((clientId): RoundEvent => {
    return { type: "submitted", clientId, round: 1, artifact: clientId, sha256: null, bytes: 8, metrics, at: 1 };
  }),
];

const aggregated = (round: number): RoundEvent => ({
  type: "aggregated",
  round,
  error: null,
  moduleErrors: [],
  standings: names.map((clientId) => ({ clientId, ...(clientId === "mallory" ? bad : usual) })),
  means: null,
  at: 2,
});

const run = (...all: readonly RoundEvent[]) =>
  all.reduce((state, event) => transition(state, event).state, initialRoundState(policy, 0));

test("everyone's standing is in its history, and what was clipped is said in words, and nothing of rows", () => {
  const { clients, log } = run(...events, aggregated(1));
  expect(clients.map(({ history }) => history.map(({ standing }) => standing))).toEqual([[usual], [usual], [bad]]);
  expect(log.filter(({ clientId, at }) => clientId === "mallory" && at === 2).map(({ text }) => text)).toEqual([
    "mallory's update was 12 times the median and was clipped to 4 times",
  ]);
  expect(log.some(({ clientId, at }) => clientId === "anna" && at === 2)).toBe(false);
});

test("nothing is known of a round that was not aggregated, nor of one that is not open", () => {
  expect(run(...events).clients[0]?.history).toEqual([{ round: 1, metrics, standing: null, traffic: { up: 8, down: 0 } }]);
  const state = run(...events);
  expect(transition(state, aggregated(2)).state).toBe(state);
});
