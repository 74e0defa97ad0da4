import { PassThrough } from "node:stream";
import { type SessionEvent, type SessionMachine, stepSession } from "@duet/client/sessionMachine";
import { initialMachine } from "@duet/client/sessionStart";
import { clientOf, collecting, metricsOf, snapshotOf } from "@duet/client/testing/snapshots";
import type { Progress } from "@duet/lora-core/protocol/metrics";
import { expect, test } from "vitest";
import { createReporter } from "./reporter.ts";
import { durationWords, federationLine, sessionLine } from "./sessionWords.ts";

const device = { backend: "wasm", threads: 2, reason: "There is no WebGPU adapter.", description: "Node.js 24" } as const;
const samples = { train: 60, fusion: 10, test: 30 };
const opened: SessionEvent = { kind: "opened", device, modelKept: true, samples, kept: { checkpoint: null, done: null } };
const start = initialMachine({
  config: snapshotOf().config,
  identity: { inviteToken: "", name: "anna", figures: "everybody", known: null },
  kept: { checkpoint: null, done: null },
});
const after = (events: readonly SessionEvent[]): SessionMachine =>
  events.reduce<SessionMachine>((machine, event) => stepSession(machine, event).machine, start);

/** Half of its work in a round, of which training is nine tenths. */
const half: Progress = {
  round: 1,
  activity: "training",
  slot: "shared",
  step: 10,
  steps: 18,
  loss: 0.43211,
  tokensPerSecond: 612.4,
};
/** One of four rounds is closed, and both are in the middle of the second: three eighths are done. */
const middle = collecting(1, { clients: [clientOf("anna", { progress: half }), clientOf("bram", { progress: half })] });
const MINUTE = 60_000;

test("a client that trains says its round, its step of how many, and about how long the federation still takes", () => {
  const { view } = after([
    opened,
    { kind: "joined", clientId: "anna", snapshot: middle },
    { kind: "progressed", progress: half },
  ]);
  expect(sessionLine(view, middle, MINUTE)).toEqual({
    text: "Round 1 of 2: training the shared adapter, step 10 of 18, loss 0.432, 612 tokens/s · about 2 min left",
    data: { stage: "working", round: 1, progress: half, secondsLeft: 100 },
  });
});

test("learning alone for the comparison is called that", () => {
  const comparing: Progress = { ...half, slot: "alone" };
  const { view } = after([
    opened,
    { kind: "joined", clientId: "anna", snapshot: middle },
    { kind: "progressed", progress: comparing },
  ]);
  expect(sessionLine(view, middle, MINUTE).text).toContain("training alone, for the comparison, step ");
});

test("before a tenth is done nothing is said of the time left", () => {
  const first: Progress = { ...half, round: 0, slot: "personal", step: 1, loss: null, tokensPerSecond: 0 };
  const learning = collecting(0, { clients: [clientOf("anna", { progress: first }), clientOf("bram")] });
  const { view } = after([
    opened,
    { kind: "joined", clientId: "anna", snapshot: learning },
    { kind: "progressed", progress: first },
  ]);
  expect(sessionLine(view, learning, MINUTE)).toEqual({
    text: "Learning alone: training the personal adapter, step 1 of 18",
    data: { stage: "working", round: 0, progress: first, secondsLeft: null },
  });
});

test("who has answered says whom its round waits for, and programs get the round and the seconds left as JSON", () => {
  const answered = collecting(1, {
    clients: middle.clients,
    openRound: { round: 1, attempt: 1, participants: ["anna", "bram"], submitted: ["anna"], deadlineAt: null, exchange: null },
  });
  const key = { round: 1, attempt: 1 };
  const done = { ...key, submitted: false, upload: null, metrics: metricsOf(), confusion: null };
  const checkpoint = { lastRound: 1, personal: Uint8Array.of(1), shared: Uint8Array.of(2) };
  const { view } = after([
    opened,
    { kind: "joined", clientId: "anna", snapshot: middle },
    { kind: "worked", key, round: { checkpoint, done, isKept: true } },
    { kind: "submitted", key },
    { kind: "seen", snapshot: answered },
  ]);
  const out = new PassThrough({ encoding: "utf8" });
  const reporter = createReporter({ json: true, out, err: process.stderr, now: () => MINUTE });
  const { text, data } = sessionLine(view, answered, MINUTE);
  reporter.status(text, data);
  expect(JSON.parse(out.read())).toEqual({
    at: "1970-01-01T00:01:00.000Z",
    event: "status",
    text: "Round 1 of 2: waiting for bram · about 2 min left",
    ...{ stage: "waiting", round: 1, progress: null, secondsLeft: 100 },
  });
});

test("who looks on reads the same in per cent", () => {
  expect(federationLine(middle, MINUTE)).toEqual({
    text: "ward notes · collecting · 38 % · 2 present · Round 1 of 2: waiting for anna, bram · about 2 min left",
    data: { phase: "collecting", round: 1, percent: 38, present: 2, secondsLeft: 100 },
  });
});

test("a time is said as exactly as anybody wants it", () => {
  expect([0, 89.4, 90, 5_369, 5_400, 7_500].map(durationWords)).toEqual([
    "0 s",
    "89 s",
    "2 min",
    "89 min",
    "1 h 30 min",
    "2 h 5 min",
  ]);
});
