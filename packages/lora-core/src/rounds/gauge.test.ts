import { describe, expect, test } from "vitest";
import type { RoundEvent } from "./roundEvents.ts";
import { transition } from "./roundMachine.ts";
import type { RoundState } from "./roundState.ts";
import { phaseOf } from "./roundView.ts";
import { joined, run, submitted } from "./testing/handMade.ts";

describe("the gauge of a closed round", () => {
  const gauged = (round: number, error: number, at = 30): RoundEvent => {
    return { type: "gauged", round, error, moduleErrors: [{ module: `m${round}`, error }], at };
  };
  const known = (round: number): RoundEvent => ({
    type: "aggregated",
    round,
    error: null,
    moduleErrors: [],
    standings: [],
    means: null,
    at: 20,
  });
  const first = run(joined("a"), joined("b"), submitted("a", 1), submitted("b", 1), known(1));
  const second = [submitted("a", 2), submitted("b", 2), known(2)].reduce((state, event) => transition(state, event).state, first);
  const told = ({ rounds, moduleErrors }: RoundState) => [
    rounds.map(({ aggregationError }) => aggregationError),
    moduleErrors.map(({ module }) => module),
  ];

  test("is entered where it belongs, once, and asks for nothing", () => {
    expect(told(first)).toEqual([[null], []]);
    const step = transition(first, gauged(1, 0.25));
    expect(told(step.state)).toEqual([[0.25], ["m1"]]);
    expect(step.commands).toEqual([]);
    expect(transition(step.state, gauged(1, 0.5)).state).toBe(step.state);
  });

  test("may come after the next round's, and then leaves its modules alone", () => {
    const late = [gauged(2, 0.125), gauged(1, 0.25)].reduce((state, event) => transition(state, event).state, second);
    expect(told(late)).toEqual([[0.25, 0.125], ["m2"]]);
    const missing = [gauged(1, 0.25), submitted("a", 2), submitted("b", 2), known(2)];
    expect(told(missing.reduce((state, event) => transition(state, event).state, first))).toEqual([[0.25, null], ["m1"]]);
  });

  test("may come after the end, and never where nothing was aggregated", () => {
    const ended = [submitted("a", 3), submitted("b", 3)].reduce((state, event) => transition(state, event).state, second);
    expect(phaseOf(ended)).toBe("finished");
    expect(told(transition(ended, gauged(2, 0.125)).state)).toEqual([[null, 0.125, null], ["m2"]]);
    expect(transition(ended, gauged(3, 0.5)).state).toBe(ended);
    expect(transition(first, gauged(2, 0.5)).state).toBe(first);
  });
});
