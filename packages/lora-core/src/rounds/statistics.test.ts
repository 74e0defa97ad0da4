import { expect, test } from "vitest";
import { EXCHANGE_STEPS, type ExchangeStep } from "../secureAggregation/exchangeStep.ts";
import { statisticsOf } from "../statistics/rowStatistics.ts";
import { exchangeStanding } from "./exchangeSteps.ts";
import type { RoundCommand, RoundEvent } from "./roundEvents.ts";
import { transition } from "./roundMachine.ts";
import { exchangeOf, initialRoundState, type RoundPolicy, type RoundState } from "./roundState.ts";
import { phaseOf, roundsView } from "./roundView.ts";
import { joined, left, policy, submitted } from "./testing/handMade.ts";

const STEP = 100;
const NAMES = ["anna", "bram", "cleo"] as const;
const secure: RoundPolicy = {
  ...policy,
  minClients: NAMES.length,
  exchange: { stepMs: STEP, inputMs: STEP, sumsFigures: true },
  statistics: "goOn",
};
const statistics = statisticsOf([{ label: 1, tokens: 9 }], 2);

const answers = (step: ExchangeStep, names: readonly string[] = NAMES, attempt = 1): RoundEvent[] =>
  names.map((clientId) => {
    const stored = { artifact: `${step}-${clientId}`, sha256: null, bytes: 8 };
    return { type: "exchanged", clientId, round: 1, attempt, step, ...stored, at: 20 };
  });
const all = EXCHANGE_STEPS.flatMap((step) => answers(step));
const counted: RoundEvent = { type: "counted", round: 1, statistics, at: 30 };
const late = (step: ExchangeStep, attempt: number, at: number): RoundEvent => {
  return { type: "exchangeDeadlinePassed", round: 1, attempt, step, at };
};

function run(events: readonly RoundEvent[], changed: Partial<RoundPolicy> = {}) {
  let state: RoundState = initialRoundState({ ...secure, ...changed }, 0);
  let commands: readonly RoundCommand[] = [];
  for (const event of [...NAMES.map((name) => joined(name)), ...events]) ({ state, commands } = transition(state, event));
  return { state, commands };
}

test("before the first round opens, what rows are like is summed: of those who are there, in the steps of every sum", () => {
  const { state } = run([]);
  expect(phaseOf(state)).toBe("exchanging");
  expect(roundsView(state)).toMatchObject({
    openRound: null,
    rounds: [],
    statistics: { exchange: { round: 1, attempt: 1, step: "keys", asked: [...NAMES], answered: [] }, made: null },
  });
  const { commands } = run(all);
  expect(commands).toMatchObject([
    { type: "cancelTimer", key: "exchange:1:1:unmask" },
    { type: "aggregate", round: 1, forStatistics: true, inputs: NAMES.map((id) => ({ clientId: id })) },
  ]);
});

test("with the sum the first round opens, whose own sum has other keys", () => {
  const { state } = run([...all, counted]);
  expect(phaseOf(state)).toBe("collecting");
  expect(roundsView(state).statistics).toEqual({ exchange: null, made: { clients: [...NAMES], sum: statistics } });
  const ready = NAMES.map((name) => ({ ...submitted(name, 1, 40), artifact: null }) as RoundEvent);
  expect(exchangeOf(run([...all, counted, ...ready]).state)).toMatchObject({ attempt: 2, step: "keys" });
});

test("the organiser may look at it first", () => {
  const { state } = run([...all, counted], { statistics: "pause" });
  expect(phaseOf(state)).toBe("paused");
  expect(roundsView(state).note).toContain("Look at it");
  expect(phaseOf(transition(state, { type: "resumed", at: 50 }).state)).toBe("collecting");
});

test("who joins later is in no other sum, and in the first round", () => {
  const { state } = run([joined("dora", 5), ...all, counted]);
  expect(state.clients.at(-1)).toMatchObject({ id: "dora", note: null });
  expect(state.statistics?.made?.clients).toEqual([...NAMES]);
  expect(exchangeStanding(run([joined("dora", 5)]).state, "dora", { round: 1, attempt: 1, step: "keys" })).toBe("refused");
});

test("without three for it there is no sum, and rounds go on without", () => {
  const { state } = run([left("cleo", 10), ...answers("keys", ["anna", "bram"])]);
  expect(state.statistics).toEqual({ made: null, exchanges: 1 });
  expect(phaseOf(state)).toBe("waiting");
  expect(state.log.map(({ told }) => told?.[0])).toContain("tooFewToCount");
});

test("what fails before anything was revealed is begun again; after that there is no second sum", () => {
  const again = run([...answers("keys", ["anna", "bram"]), late("keys", 1, 500)]).state;
  expect(exchangeOf(again)).toMatchObject({ attempt: 2, step: "keys", asked: [...NAMES] });
  const before = all.filter((event) => event.type === "exchanged" && event.step !== "unmask");
  const { state } = run([...before, ...answers("unmask", ["anna"]), late("unmask", 1, 5000)]);
  expect(state.statistics).toEqual({ made: null, exchanges: 1 });
  expect(phaseOf(state)).toBe("collecting");
  const damaged: RoundEvent = { type: "submissionDamaged", clientId: "anna", round: 1, at: 30 };
  expect(run([...all, damaged]).state.statistics).toEqual({ made: null, exchanges: 1 });
});

test("what rows are like and the first round have five attempts each", () => {
  const failing = (from: number): RoundEvent[] =>
    [0, 1, 2, 3, 4].flatMap((i) => {
      const attempt = from + i;
      return [...answers("keys", ["anna", "bram"], attempt), late("keys", attempt, 1000 * attempt)];
    });
  const ready = NAMES.map((name) => ({ ...submitted(name, 1, 5500), artifact: null }) as RoundEvent);
  const counting = run(failing(1).slice(0, -1)).state;
  expect(exchangeOf(counting)).toMatchObject({ attempt: 5, step: "keys" });
  const first = run([...failing(1), ...ready]).state;
  expect(first.statistics).toEqual({ made: null, exchanges: 5 });
  expect(exchangeOf(first)).toMatchObject({ attempt: 6, step: "keys" });
  // One that took two of its attempts leaves the round all five.
  const again = all.map((event) => (event.type === "exchanged" ? { ...event, attempt: 2, at: 1500 } : event));
  const second = run([...failing(1).slice(0, 3), ...again, { ...counted, at: 1600 }, ...ready]).state;
  expect(second.statistics?.exchanges).toBe(2);
  const fifth = failing(3).map((event) => ({ ...event, at: event.at + 6000 }));
  expect(exchangeOf(run([...failing(1).slice(0, 3), ...again, counted, ...ready, ...fifth.slice(0, -1)]).state)).toMatchObject({
    attempt: 7,
  });
  const over = run([...failing(1).slice(0, 3), ...again, counted, ...ready, ...fifth]).state;
  expect(exchangeOf(over)).toBeNull();
  expect(phaseOf(over)).toBe("collecting");
});

test("nobody is asked where a federation does not want it, or sends updates as they are", () => {
  expect(phaseOf(run([], { statistics: null }).state)).toBe("collecting");
  expect(phaseOf(run([], { exchange: null }).state)).toBe("collecting");
});
