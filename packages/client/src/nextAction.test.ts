import type { Snapshot } from "@duet/lora-core/protocol/snapshot";
import { expect, test } from "vitest";
import { counts, type LocalState, nextAction } from "./nextAction.ts";
import { clientOf, collecting, roundOf, snapshotOf } from "./testing/snapshots.ts";

const idle: LocalState = { clientId: "anna", doing: null, done: null, summing: null };
const finished = (round: number, attempt: number, submitted: boolean): LocalState => ({
  ...idle,
  done: { round, attempt, submitted },
});

test("an open round with me in it is worked on, with the plan of its stage", () => {
  const action = nextAction(collecting(0), idle);
  expect(action).toMatchObject({ kind: "work", key: { round: 0, attempt: 1 }, plan: { stage: "local", receive: null } });
  const later = nextAction(collecting(1), finished(0, 1, true));
  expect(later).toMatchObject({
    kind: "work",
    key: { round: 1 },
    plan: { stage: "federated", receive: { part: "all", extra: null } },
  });
  expect(later.kind === "work" && later.plan.steps).toEqual([
    { kind: "train", slot: "shared", budget: { unit: "steps", amount: 12 } },
    { kind: "copy", from: "shared", to: "personal" },
  ]);
});

test("who catches up learns alone outside of the rounds, sends nothing of it, and then does what the others do", () => {
  const others = { round: 2, attempt: 1, participants: ["bram"], submitted: [], deadlineAt: null, exchange: null };
  const told = (change: Partial<Snapshot> = {}) => collecting(2, { openRound: others, catchingUp: ["anna"], ...change });
  const key = { round: 0, attempt: 1 };
  expect(nextAction(told(), idle)).toEqual({
    kind: "work",
    key,
    plan: {
      stage: "local",
      receive: null,
      steps: [{ kind: "train", slot: "personal", budget: { unit: "steps", amount: 24 } }],
      upload: null,
      serve: null,
    },
  });
  // Rounds close and open meanwhile, as does the first one of which it was a part; and nothing is begun in a pause.
  expect(nextAction(told({ openRound: null, phase: "waiting" }), { ...idle, doing: key })).toEqual({ kind: "wait" });
  expect(nextAction(told(), { ...idle, doing: { round: 0, attempt: 2 } })).toEqual({ kind: "wait" });
  expect(nextAction(told({ phase: "paused" }), idle)).toEqual({ kind: "wait" });
  expect(nextAction(told(), finished(0, 2, false))).toEqual({ kind: "submit", key: { round: 0, attempt: 2 } });
  // Who is named is not counted, whatever it has heard: it says so again.
  expect(nextAction(told(), finished(0, 1, true))).toEqual({ kind: "submit", key });
  // A round that has no use for it asks at once, and the last one is answered afterwards.
  expect(nextAction(collecting(2, { catchingUp: [] }), { ...idle, doing: key })).toEqual({ kind: "cancel" });
  const steps = nextAction(collecting(2, { catchingUp: [] }), finished(0, 1, true));
  expect(steps.kind === "work" && [steps.key.round, steps.plan.steps.length]).toEqual([2, 2]);
  expect(nextAction(collecting(2, { catchingUp: ["anna"] }), idle)).toMatchObject({ kind: "work", key });
});

test("what was learned alone outside of any round counts neither while its client is named nor because it is not", () => {
  const key = { round: 0, attempt: 1 };
  const first = (aggregated: string[]) => [roundOf(0, { aggregated }), roundOf(1, { closedAt: null, aggregated: [] })];
  const told = (catchingUp: string[], aggregated: string[]) => collecting(1, { catchingUp, rounds: first(aggregated) });
  expect(counts(told([], ["bram"]), "anna", key)).toBe(false);
  expect(counts(told([], ["anna", "bram"]), "anna", key)).toBe(true);
  // It was in time, has lost everything since, and has learned it again.
  expect(counts(told(["anna"], ["anna", "bram"]), "anna", key)).toBe(false);
});

test("a client that is slow does its share of the steps, and says what all of them would have changed", () => {
  const slow = collecting(1, {
    openRound: {
      ...{ round: 1, attempt: 1, participants: ["anna", "bram"], submitted: [], deadlineAt: null, exchange: null },
      shares: { anna: 0.25 },
    },
  });
  const action = nextAction(slow, finished(0, 1, true));
  if (action.kind !== "work") throw new Error(`It does not work but ${action.kind}`);
  expect(action.plan.steps[0]).toMatchObject({ kind: "train", slot: "shared", budget: { unit: "steps", amount: 3 } });
  expect(action.plan.upload?.scale).toBeGreaterThan(3);
  const quick = nextAction(slow, { ...finished(0, 1, true), clientId: "bram" });
  expect(quick.kind === "work" && quick.plan.steps[0]).toMatchObject({ budget: { unit: "steps", amount: 12 } });
  expect(quick.kind === "work" && quick.plan.upload).not.toHaveProperty("scale");
});

test("waits while there is nothing to do, while it is being done, and when it is done", () => {
  expect(nextAction(snapshotOf(), idle)).toEqual({ kind: "wait" });
  const others = collecting(1, {
    openRound: { round: 1, attempt: 1, participants: ["bram"], submitted: [], deadlineAt: null, exchange: null },
  });
  expect(nextAction(others, idle)).toEqual({ kind: "wait" });
  expect(nextAction(collecting(1), { ...idle, doing: { round: 1, attempt: 1 } })).toEqual({ kind: "wait" });
  expect(nextAction(collecting(1), finished(1, 1, true))).toEqual({ kind: "wait" });
  expect(nextAction(collecting(1, { phase: "paused" }), idle)).toEqual({ kind: "wait" });
});

test("a result that was never acknowledged, or whose round was opened again, is sent again without training again", () => {
  expect(nextAction(collecting(1), finished(1, 1, false))).toEqual({ kind: "submit", key: { round: 1, attempt: 1 } });
  const again = collecting(1, {
    openRound: { round: 1, attempt: 2, participants: ["anna"], submitted: [], deadlineAt: null, exchange: null },
  });
  expect(nextAction(again, finished(1, 1, true))).toEqual({ kind: "submit", key: { round: 1, attempt: 2 } });
});

test("work on a round that is over is cancelled, before anything new is begun", () => {
  const behind: LocalState = { ...idle, doing: { round: 1, attempt: 1 } };
  expect(nextAction(collecting(2), behind)).toEqual({ kind: "cancel" });
  expect(nextAction(snapshotOf({ phase: "aggregating" }), behind)).toEqual({ kind: "cancel" });
});

test("the end of the federation, or of this client's part in it, comes before everything else", () => {
  const busy: LocalState = { ...idle, doing: { round: 1, attempt: 1 } };
  expect(nextAction(collecting(1, { phase: "stopped", note: "Stopped by the organiser." }), busy)).toEqual({
    kind: "end",
    phase: "stopped",
    note: "Stopped by the organiser.",
  });
  const removed = collecting(1, { clients: [clientOf("anna", { status: "left", note: "Removed by the organiser." })] });
  expect(nextAction(removed, busy)).toEqual({ kind: "removed", reason: "Removed by the organiser.", why: "gone" });
});

test("a step of the sum of what rows are like is answered once, by who is asked, where that was agreed on", () => {
  const exchange = { round: 0, attempt: 1, step: "keys" as const, asked: ["anna"], answered: [] as string[] };
  const counting = (changes: Partial<typeof exchange>, statistics: "goOn" | null = "goOn") => {
    const base = snapshotOf({ phase: "exchanging", statistics: { exchange: { ...exchange, ...changes }, made: null } });
    return { ...base, config: { ...base.config, ...(statistics ? { statistics } : {}) } };
  };
  const key = { round: 0, attempt: 1, step: "keys" as const };
  expect(nextAction(counting({}), idle)).toEqual({ kind: "sum", what: "statistics", key });
  expect(nextAction(counting({}), { ...idle, summing: key })).toEqual({ kind: "wait" });
  expect(nextAction(counting({ answered: ["anna"] }), idle)).toEqual({ kind: "wait" });
  expect(nextAction(counting({ asked: ["bram"] }), idle)).toEqual({ kind: "wait" });
  expect(nextAction(counting({}, null), idle)).toEqual({ kind: "wait" });
  expect(nextAction(counting({}), finished(0, 1, true))).toEqual({ kind: "wait" });
});

test("no second sum of what rows are like is answered: not under another round's name, nor once there is one", () => {
  const base = snapshotOf({ phase: "exchanging" });
  const config = { ...base.config, statistics: "goOn" as const };
  const asked = (round: number, made: NonNullable<Snapshot["statistics"]>["made"] = null): Snapshot => ({
    ...base,
    config,
    statistics: { exchange: { round, attempt: 1, step: "keys", asked: ["anna"], answered: [] }, made },
  });
  const sum = { rows: 3, labels: [1, 1, 1, 0], lengths: [3], present: 3, labelNats: 0 };
  expect(nextAction(asked(0), idle)).toMatchObject({ kind: "sum" });
  expect(nextAction(asked(1), idle)).toEqual({ kind: "wait" });
  expect(nextAction(asked(-1), idle)).toEqual({ kind: "wait" });
  expect(nextAction(asked(0, { sum, clients: ["anna", "bram", "cleo"] }), idle)).toEqual({ kind: "wait" });
});

test("work on a round that is over goes on where its answer is still taken, and the result is sent late", () => {
  const opened = (stillTaken?: Record<string, number[]>, change: Partial<Snapshot> = {}) => {
    const base = collecting(2, change);
    const openRound = base.openRound && { ...base.openRound, ...(stillTaken ? { stillTaken } : {}) };
    return { ...base, openRound, config: { ...base.config, late: { rounds: 1 } } };
  };
  const behind: LocalState = { ...idle, doing: { round: 1, attempt: 1 } };
  expect(nextAction(opened({ anna: [1] }), behind)).toEqual({ kind: "wait" });
  expect(nextAction(opened({ bram: [1] }), behind)).toEqual({ kind: "cancel" });
  expect(nextAction(opened({ anna: [2] }), behind)).toEqual({ kind: "cancel" });
  expect(nextAction(opened({ anna: [1] }, { openRound: null, phase: "waiting" }), behind)).toEqual({ kind: "wait" });
  const done = finished(1, 1, false);
  expect(nextAction(opened({ anna: [1] }), done)).toEqual({ kind: "submit", key: { round: 1, attempt: 1 } });
  expect(nextAction(opened({ anna: [1] }, { phase: "paused" }), done)).toEqual({ kind: "wait" });
  expect(nextAction(opened({ anna: [1] }, { phase: "aggregating" }), done)).not.toMatchObject({ kind: "submit" });
  // Once it is there, the open round is next.
  expect(nextAction(opened(), finished(1, 1, true))).toMatchObject({ kind: "work", key: { round: 2 } });
});

test("a late answer that counts is known by the round that it counts in", () => {
  const late = collecting(2, {
    rounds: [roundOf(1, { aggregated: ["bram"] }), roundOf(2, { closedAt: null, late: { anna: 1 } })],
  });
  expect(counts(late, "anna", { round: 1, attempt: 1 })).toBe(true);
  expect(counts(late, "bram", { round: 2, attempt: 1 })).toBe(false);
});
