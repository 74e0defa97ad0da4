import type { TeamState } from "@duet/client/team/teamNode";
import { expect, test } from "vitest";
import { memberLanes } from "./teamView.ts";

const mates = [
  { member: "a", name: "ward 1", rows: 30 },
  { member: "b", name: "ward 2", rows: 12 },
];
const state = (training: TeamState["training"]): TeamState => ({
  ...{ leader: "a", mates, training, config: null, client: null, over: null },
});

test("members are in one training at one step; who has come meanwhile is let in, and nobody trains once it is over", () => {
  const underWay = memberLanes(state({ members: ["a"], step: 5, steps: 20 }), "b");
  expect(underWay.map(({ leads, isSelf, done, doing }) => ({ leads, isSelf, done, doing }))).toEqual([
    { leads: true, isSelf: false, done: 0.25, doing: "step 5 of 20" },
    { leads: false, isSelf: true, done: null, doing: "joins at the next step" },
  ]);
  const over = memberLanes(state({ members: ["a", "b"], step: 20, steps: 20 }), "b");
  expect(over.map(({ done, doing }) => [done, doing])).toEqual(Array(2).fill([null, "waits for a training"]));
});
