import { describe, expect, test } from "vitest";
import type { RoundCommand, RoundEvent } from "./roundEvents.ts";
import { transition } from "./roundMachine.ts";
import { openRoundOf, type RoundState } from "./roundState.ts";
import { phaseOf } from "./roundView.ts";
import { aggregated, away, closing, DEADLINE, deadline, joined, returned, run, submitted } from "./testing/handMade.ts";

const rounds = [...closing, aggregated(1), submitted("anna", 2, 30), submitted("bram", 2, 30), aggregated(2, 40)];
const fusing = run(...rounds, joined("cleo", 41), joined("dora", 42));
const deadlineAt = 40 + DEADLINE;
const apply = (state: RoundState, ...events: readonly RoundEvent[]) =>
  events.reduce((next, event) => transition(next, event).state, state);
/** As the timer of a fusing round says it. */
const passed = (at: number): RoundEvent => ({ ...deadline(3, at), patient: true }) as RoundEvent;

describe("the round in which all fuse", () => {
  test("goes on past its deadline as long as answers come, and closes once none has come for a fifth of it", () => {
    const answering = apply(fusing, submitted("anna", 3, deadlineAt - 50));
    const { state, commands } = transition(answering, passed(deadlineAt));
    const until = deadlineAt - 50 + DEADLINE / 5;
    expect(openRoundOf(state)?.deadlineAt).toBe(until);
    const event = { type: "deadlinePassed", round: 3, attempt: 1, patient: true } as const;
    expect(commands).toEqual([{ type: "startTimer", key: "deadline:3:1", at: until, event } satisfies RoundCommand]);
    expect(transition(state, passed(until - 1)).state).toBe(state);
    expect(phaseOf(apply(state, passed(until)))).toBe("finished");
    expect(phaseOf(apply(state, submitted("bram", 3, until - 1)))).toBe("finished");
  });

  test("closes at its deadline where the newest answer is older, and opens again where there is none", () => {
    const silent = apply(fusing, submitted("anna", 3, deadlineAt - DEADLINE / 5));
    expect(phaseOf(apply(silent, passed(deadlineAt)))).toBe("finished");
    expect(openRoundOf(apply(fusing, passed(deadlineAt)))).toMatchObject({ attempt: 2 });
  });

  test("closes twice its deadline after it was opened, however many join and answer one after the other", () => {
    const step = DEADLINE / 5 - 10;
    let state = apply(fusing, submitted("anna", 3, deadlineAt - 50), passed(deadlineAt));
    for (let at = deadlineAt; at < deadlineAt + DEADLINE; at += step) {
      const clientId = `late-${at}`;
      state = apply(state, joined(clientId, at), away(clientId, at), returned(clientId, at), submitted(clientId, 3, at));
      state = apply(state, passed(openRoundOf(state)?.deadlineAt ?? at));
    }
    expect(openRoundOf(state)?.deadlineAt).toBe(deadlineAt + DEADLINE);
    expect(phaseOf(apply(state, passed(deadlineAt + DEADLINE)))).toBe("finished");
  });

  test("closed at its deadline in journals of before", () => {
    const answering = apply(fusing, submitted("anna", 3, deadlineAt - 50));
    expect(phaseOf(apply(answering, deadline(3, deadlineAt)))).toBe("finished");
  });
});

test("a round that shares an adapter closes at its deadline, however late the newest answer is", () => {
  const state = run(joined("anna"), joined("bram", 5), submitted("anna", 1, DEADLINE));
  expect(phaseOf(apply(state, deadline(1, 5 + DEADLINE)))).toBe("aggregating");
});
