import { describe, expect, test } from "vitest";
import type { RoundEvent } from "./roundEvents.ts";
import { transition } from "./roundMachine.ts";
import type { RoundState } from "./roundState.ts";
import { away, deadline, graceExpired, joined, left, run } from "./testing/handMade.ts";

describe("a timer that fires too early", () => {
  const collecting = run(joined("a"), joined("b", 5));
  const again = (state: RoundState, event: RoundEvent) => {
    const step = transition(state, event);
    expect(step.state).toBe(state);
    return step.commands;
  };

  test("is set again, for the instant that was meant", () => {
    const { type, round, attempt } = deadline(1, 0) as Extract<RoundEvent, { type: "deadlinePassed" }>;
    const event = { type, round, attempt };
    expect(again(collecting, deadline(1, 1004))).toEqual([{ type: "startTimer", key: "deadline:1:1", at: 1005, event }]);
    expect(transition(collecting, deadline(1, 1005)).state).not.toBe(collecting);
    const missing = transition(collecting, away("a", 40)).state;
    expect(again(missing, graceExpired("a", 139))).toMatchObject([{ type: "startTimer", key: "grace:a", at: 140 }]);
    const abandoned = [left("a", 50), left("b", 60)].reduce((state, event) => transition(state, event).state, collecting);
    expect(again(abandoned, { type: "waitExpired", at: 5059 })).toMatchObject([{ type: "startTimer", key: "wait", at: 5060 }]);
  });

  test("is not, once nobody waits for it", () => {
    expect(again(collecting, deadline(1, 1004, 2))).toEqual([]);
    expect(again(collecting, graceExpired("a", 139))).toEqual([]);
    expect(again(collecting, { type: "waitExpired", at: 139 })).toEqual([]);
    const paused = transition(collecting, { type: "paused", at: 10 }).state;
    expect(again(paused, deadline(1, 1004))).toEqual([]);
  });
});
