import { clientOf, collecting, roundOf, snapshotOf } from "@duet/client/testing/snapshots";
import { presetOf } from "@duet/lora-core/federation/federationDefaults";
import type { RoundView } from "@duet/lora-core/protocol/snapshot";
import { expect, test } from "vitest";
import { footRounds, timelineView } from "./timelineView.ts";

test("one lane per client, one cell per round, from what was counted to what lies ahead", () => {
  const progress = { round: 1, activity: "training", slot: "shared", step: 3, steps: 12, loss: 1, tokensPerSecond: 1 } as const;
  const snapshot = collecting(1, {
    clients: [clientOf("anna", { progress }), clientOf("bram"), clientOf("late")],
    rounds: [roundOf(0, { aggregated: ["anna"] }), roundOf(1, { closedAt: null, aggregated: [] })],
  });
  const { columns, lanes } = timelineView(snapshot);
  expect(columns.map(({ label }) => label)).toEqual(["alone", "1", "2", "finish"]);
  expect(lanes.map(({ cells }) => cells.map(({ kind }) => kind))).toEqual([
    ["counted", "working", "ahead", "ahead"],
    ["missed", "working", "ahead", "ahead"],
    ["absent", "absent", "ahead", "ahead"],
  ]);
  expect(lanes[0]?.cells[1]).toMatchObject({ stage: "federated", fraction: 0.225, text: "Round 1 of 2: 23 %" });
  expect(lanes[1]?.cells[0]?.text).toBe("Learning alone: missed");
});

test("a method without a local round starts its lanes at round 1", () => {
  const { config } = snapshotOf();
  const { columns } = timelineView(snapshotOf({ config: { ...config, strategy: presetOf("fedavg") } }));
  expect(columns.map(({ round }) => round)).toEqual([1, 2, 3]);
});

test("what averaging lost is told per round, rounding as exact, and where it lost most", () => {
  const { columns, worstModule } = timelineView(
    collecting(2, {
      rounds: [roundOf(0), roundOf(1, { aggregationError: 0.0317 }), roundOf(2, { aggregationError: 3e-8 })],
      moduleErrors: [{ module: "layers.2.q_proj", error: 0.214 }],
    }),
  );
  expect(columns.map(({ error }) => error)).toEqual([null, "3.2 %", "0 %", null]);
  expect(worstModule).toBe("Most was lost in layers.2.q_proj: 21 %.");
});

test("with one client, or where the method defines no such figure, nothing was averaged and nothing was lost", () => {
  const { columns, worstModule } = timelineView(
    collecting(2, {
      rounds: [roundOf(0), roundOf(1, { aggregationError: null }), roundOf(2, { aggregationError: 0.33, aggregated: ["anna"] })],
      moduleErrors: [{ module: "layers.2.q_proj", error: 0.33 }],
    }),
  );
  expect(columns.map(({ error }) => error)).toEqual([null, null, null, null]);
  expect(worstModule).toBeNull();
});

test("the lanes of a method that never federates keep the colour of learning alone", () => {
  const { config } = snapshotOf();
  const { lanes } = timelineView(snapshotOf({ config: { ...config, strategy: presetOf("local") } }));
  expect(lanes[0]?.cells.map(({ stage }) => stage)).toEqual(["local", "local", "local", "fusing"]);
});

test("while updates are summed securely, lanes show who has answered; a round without a sum says so", () => {
  const { config } = snapshotOf();
  const rounds = [roundOf(0, { aggregated: [] }), roundOf(1, { closedAt: null, aggregated: [] })];
  const open = collecting(1, { config: { ...config, aggregation: "secure" }, phase: "exchanging", rounds });
  const exchange = { attempt: 1, step: "shares" as const, asked: ["anna", "bram"], answered: ["bram"], clip: null };
  const { lanes } = timelineView({ ...open, openRound: open.openRound && { ...open.openRound, exchange } });
  expect(lanes.map(({ cells }) => cells.slice(0, 2).map(({ kind, text }) => `${kind}: ${text}`))).toEqual([
    ["missed: Learning alone: ended without a sum", "asked: Round 1 of 2: has not answered this step of the secure sum yet"],
    ["missed: Learning alone: ended without a sum", "answered: Round 1 of 2: has answered this step of the secure sum"],
  ]);
});

test("lanes show who is still at an earlier round, and what came late with what it counts", () => {
  const progress = { round: 1, activity: "training", slot: "shared", step: 3, steps: 12, loss: 1, tokensPerSecond: 1 } as const;
  const missed = roundOf(1, { aggregated: ["anna"] });
  const second = roundOf(2, { closedAt: null, aggregated: [], behind: ["bram"] });
  const at = (change: Partial<RoundView>, stillTaken?: Record<string, number[]>) => {
    const open = collecting(2, {
      clients: [clientOf("bram", { progress })],
      rounds: [roundOf(0), missed, { ...second, ...change }],
    });
    const openRound = open.openRound && { ...open.openRound, ...(stillTaken ? { stillTaken } : {}) };
    return timelineView({ ...open, openRound })
      .lanes[0]?.cells.map(({ kind, text }) => `${kind}: ${text}`)
      .slice(1, 3);
  };
  expect(at({}, { bram: [1] })).toEqual([
    "working: Round 1 of 2: still at it, and would be late",
    "absent: Round 2 of 2: still at an earlier round",
  ]);
  expect(at({ late: { bram: 1 } })?.[0]).toBe("counted: Round 1 of 2: came late, and counts 0.71 in Round 2 of 2");
});

test("who is behind is at work in the open round once it has begun it, and has not missed a closed one that it never began", () => {
  const progress = { round: 2, activity: "training", slot: "shared", step: 3, steps: 12, loss: 1, tokensPerSecond: 1 } as const;
  const open = collecting(2, {
    clients: [clientOf("bram", { progress })],
    rounds: [
      roundOf(0),
      roundOf(1, { aggregated: ["anna"], behind: ["bram"] }),
      roundOf(2, { closedAt: null, aggregated: [], behind: ["bram"] }),
    ],
  });
  const told = (submitted: readonly string[]) =>
    timelineView({ ...open, openRound: open.openRound && { ...open.openRound, submitted: [...submitted] } })
      .lanes[0]?.cells.map(({ kind, text }) => `${kind}: ${text}`)
      .slice(1, 3);
  expect(told([])).toEqual(["absent: Round 1 of 2: still at an earlier round", "working: Round 2 of 2: 23 %"]);
  expect(told(["bram"])?.[0]).toBe("absent: Round 1 of 2: still at an earlier round");
});

test("a column says how long its round took, and which one is open", () => {
  const { columns } = timelineView(collecting(2));
  expect(columns.map(({ round, took, isOpen }) => [round, took, isOpen])).toEqual([
    [0, "1 s", false],
    [1, "1 s", false],
    [2, null, true],
    [3, null, false],
  ]);
});

test("a counted lane is filled as far as its client took to answer, and the rest is waiting", () => {
  const first = roundOf(0, { openedAt: 0, closedAt: 60_000, took: { anna: 15, bram: 60 } });
  const { lanes } = timelineView(collecting(1, { rounds: [first] }));
  expect(lanes.map(({ cells }) => cells[0])).toMatchObject([
    { kind: "counted", fraction: 0.25, text: "Learning alone: counted, answered after 15 s; the slowest after 1 min" },
    { kind: "counted", fraction: 1 },
  ]);
});

test("a lane compares answers with answers: pauses and earlier attempts count in how long the round took, and not in it", () => {
  const paused = roundOf(0, { openedAt: 0, closedAt: 3_600_000, took: { anna: 30, bram: 60 } });
  const { columns, lanes } = timelineView(collecting(1, { rounds: [paused] }));
  expect(columns[0]?.took).toBe("1 h");
  expect(lanes.map(({ cells }) => cells[0]?.fraction)).toEqual([0.5, 1]);
});

test("texts below the lanes are as many as stand beside each other, none over the end", () => {
  const columns = (count: number) =>
    Array.from({ length: count }, (_, round) => ({
      ...{ round, label: String(round), title: "", isOpen: false, error: null },
      took: round === 0 ? "12 min 30 s" : "40 s",
    }));
  expect([...footRounds(columns(6), 90)]).toEqual([0, 1, 2, 3, 4, 5]);
  expect([...footRounds(columns(12), 60)]).toEqual([0, 2, 4, 6, 8, 10]);
  expect([...footRounds(columns(202), 26)].slice(-2)).toEqual([192, 196]);
});
