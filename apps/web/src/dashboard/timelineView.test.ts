import { clientOf, collecting, roundOf } from "@duet/client/testing/snapshots";
import { expect, test } from "vitest";
import { timelineView } from "./timelineView.ts";

test("one lane per client, one cell per round, from what was counted to what lies ahead", () => {
  const progress = { round: 1, activity: "training", slot: "shared", step: 3, steps: 12, loss: 1, tokensPerSecond: 1 } as const;
  const snapshot = collecting(1, {
    clients: [clientOf("anna", { progress }), clientOf("bram"), clientOf("late")],
    rounds: [roundOf(0, { aggregated: ["anna"] }), roundOf(1, { closedAt: null, aggregated: [] })],
  });
  const { columns, lanes } = timelineView(snapshot);
  expect(columns.map(({ label }) => label)).toEqual(["alone", "1", "2", "fuse"]);
  expect(lanes.map(({ cells }) => cells.map(({ kind }) => kind))).toEqual([
    ["counted", "working", "ahead", "ahead"],
    ["missed", "working", "ahead", "ahead"],
    ["absent", "absent", "ahead", "ahead"],
  ]);
  expect(lanes[0]?.cells[1]).toMatchObject({ stage: "federated", fraction: 0.225, text: "Round 1 of 2: 23 %" });
  expect(lanes[1]?.cells[0]?.text).toBe("Learning alone: missed");
});

test("a method without a local round starts its lanes at round 1", () => {
  const snapshot = collecting(1, { rounds: [roundOf(1, { closedAt: null, aggregated: [] })] });
  expect(timelineView(snapshot).columns.map(({ round }) => round)).toEqual([1, 2, 3]);
});

test("what averaging lost is told per round, rounding as exact, and where it lost most", () => {
  const { columns, worstModule } = timelineView(
    collecting(2, {
      rounds: [roundOf(0), roundOf(1, { aggregationError: 0.0317 }), roundOf(2, { aggregationError: 3e-8 })],
      moduleErrors: [{ module: "layers.2.q_proj", error: 0.214 }],
    }),
  );
  expect(columns.map(({ error }) => error)).toEqual([null, "3.2 %", "0", null]);
  expect(worstModule).toBe("Most was lost in layers.2.q_proj: 21 %.");
});
