import { expect, test } from "vitest";
import { EXCHANGE_STEPS, type ExchangeStep } from "../secureAggregation/exchangeStep.ts";
import { exchangeStanding } from "./exchangeSteps.ts";
import type { RoundCommand, RoundEvent } from "./roundEvents.ts";
import { transition } from "./roundMachine.ts";
import { exchangeOf, initialRoundState, MAX_FAILURES, type RoundState } from "./roundState.ts";
import { phaseOf, roundsView } from "./roundView.ts";
import { joined, left, policy, simple, submitted } from "./testing/handMade.ts";

const STEP = 100;
const NAMES = ["anna", "bram", "cleo", "dora"] as const;
const secure = { ...policy, minClients: NAMES.length, exchange: { stepMs: STEP, inputMs: 3 * STEP, sumsFigures: true } };

/** Ready for the sum of round 1. */
const ready: readonly RoundEvent[] = NAMES.map((name) => ({ ...submitted(name, 1), artifact: null }) as RoundEvent);
const answers = (step: ExchangeStep, names: readonly string[] = NAMES, attempt = 1, at = 20): RoundEvent[] =>
  names.map((clientId) => ({
    type: "exchanged",
    clientId,
    round: 1,
    attempt,
    step,
    artifact: `${step}-${clientId}`,
    sha256: null,
    bytes: 8,
    at,
  }));
const late = (step: ExchangeStep, at: number, attempt = 1): RoundEvent => {
  return { type: "exchangeDeadlinePassed", round: 1, attempt, step, at };
};
const before = (step: ExchangeStep) =>
  EXCHANGE_STEPS.slice(0, EXCHANGE_STEPS.indexOf(step)).flatMap((earlier) => answers(earlier));

function run(...events: readonly RoundEvent[]) {
  let state: RoundState = initialRoundState(secure, 0);
  let commands: readonly RoundCommand[] = [];
  for (const event of [...NAMES.map((name) => joined(name)), ...ready, ...events]) {
    ({ state, commands } = transition(state, event));
  }
  return { state, commands };
}

test("everybody who is ready goes through the steps, and then the sum is made of the masked inputs", () => {
  expect(phaseOf(run().state)).toBe("exchanging");
  expect(roundsView(run().state).openRound).toMatchObject({
    exchange: { attempt: 1, step: "keys", asked: [...NAMES], answered: [], clip: null },
  });
  const { state, commands } = run(...EXCHANGE_STEPS.flatMap((step) => answers(step)));
  expect(phaseOf(state)).toBe("aggregating");
  expect(commands).toMatchObject([
    { type: "cancelTimer", key: "exchange:1:1:unmask" },
    { type: "aggregate", round: 1, inputs: NAMES.map((clientId) => ({ clientId, artifact: `input-${clientId}` })) },
  ]);
});

test("a step ends with its last answer or at its deadline, which the masked input has longer", () => {
  expect(exchangeOf(run(...answers("keys", ["anna", "bram", "cleo"])).state)?.step).toBe("keys");
  const { state } = run(...answers("keys", ["anna", "bram", "cleo"]), late("keys", 10 + STEP));
  expect(exchangeOf(state)).toMatchObject({ step: "shares", asked: ["anna", "bram", "cleo"], deadlineAt: 10 + 2 * STEP });
  expect(state.clients.at(-1)?.note).toEqual(["lateInSum", "updates"]);
  expect(exchangeOf(run(...before("input")).state)?.deadlineAt).toBe(20 + 3 * STEP);
  // Fired before its instant it changes nothing and is set again.
  const early = run(...answers("keys", ["anna"]), late("keys", 9 + STEP));
  expect(exchangeOf(early.state)?.step).toBe("keys");
  expect(early.commands).toMatchObject([{ type: "startTimer", at: 10 + STEP }]);
});

test("who leaves is not waited for", () => {
  const { state } = run(...answers("keys", ["anna", "bram", "cleo"]), left("dora", 30));
  expect(exchangeOf(state)).toMatchObject({ step: "shares", asked: ["anna", "bram", "cleo"] });
});

test.each(["keys", "shares", "input", "agree"] as const)(
  "too few in %s: a sum with new keys is begun, for those who are there",
  (step) => {
    const { state } = run(...before(step), ...answers(step, ["anna", "bram"]), late(step, 5000));
    expect(exchangeOf(state)).toMatchObject({ attempt: 2, step: "keys", asked: [...NAMES], earlier: {} });
    // What belongs to the first attempt is not wanted any more.
    expect(exchangeStanding(state, "cleo", { round: 1, attempt: 1, step })).toBe("refused");
    expect(transition(state, answers(step, ["cleo"])[0] as RoundEvent).state).toBe(state);
  },
);

test("once shares were revealed the round is not summed again: it is over without an aggregation", () => {
  const { state } = run(...before("unmask"), ...answers("unmask", ["anna", "bram"]), late("unmask", 5000));
  expect(state.rounds).toMatchObject([{ round: 1, aggregated: [], meanLoss: 0.5, exchanges: 1 }]);
  expect(state.modelRound).toBeNull();
  const failed = run(...EXCHANGE_STEPS.flatMap((step) => answers(step)), {
    type: "aggregationFailed",
    round: 1,
    cause: "method",
    reason: "shares do not fit",
    at: 40,
  });
  expect(failed.state.rounds).toMatchObject([{ round: 1, aggregated: [] }]);
  expect(failed.state.log.some(({ text }) => text.endsWith("the shared adapter stays as it was"))).toBe(true);
});

test("fewer than three who are ready are asked for the round again once there are three, and nothing is waited for without end", () => {
  const leaving = [left("cleo", 30), left("dora", 31)];
  const { state } = run(...leaving, late("keys", 5000));
  expect(phaseOf(state)).toBe("waiting");
  expect(roundsView(state).note).toBe("Waiting for 1 more client before the next round opens.");
  let again = run().state;
  for (let attempt = 1; attempt <= 5 * MAX_FAILURES; attempt++) {
    again = transition(again, late("keys", 10_000 * attempt, attempt)).state;
    if (phaseOf(again) === "collecting")
      for (const event of ready) again = transition(again, { ...event, at: 10_000 * attempt }).state;
  }
  expect(phaseOf(again)).toBe("failed");
});

test("a pause stops the clock of a step, and a restart loses none of it", () => {
  const { state } = run(...answers("keys", ["anna"]), simple("paused", 50), late("keys", 5000), simple("resumed", 5050));
  expect(exchangeOf(state)).toMatchObject({ step: "keys", deadlineAt: 10 + STEP + 5000 });
  const restarted = run(...answers("keys", ["anna"]), simple("restarted", 1020));
  expect(exchangeOf(restarted.state)).toMatchObject({
    step: "keys",
    answers: { anna: "keys-anna" },
    deadlineAt: 10 + STEP + 1000,
  });
});

/** The last round, which shares no adapter, with everybody ready. */
function figuresOf(sumsFigures: boolean, names: readonly string[] = NAMES) {
  const last = policy.schedule.filter(({ uploads }) => !uploads);
  const begun = initialRoundState({ ...secure, schedule: last, exchange: { ...secure.exchange, sumsFigures } }, 0);
  const events = [...NAMES.map((name) => joined(name)), ...names.map((name) => submitted(name, 3))];
  const gone = NAMES.filter((name) => !names.includes(name)).map((name) => left(name, 15));
  return [...events, ...gone].reduce((state, event) => transition(state, event).state, begun);
}
const means = {
  trainRows: 0,
  testRows: 40,
  trainLoss: null,
  accuracy: { base: 0.2, personal: 0.5, shared: 0.5, fused: 0.75 },
  testLoss: { base: null, personal: null, shared: null, fused: null },
  clip: null,
};

test("a round that shares no adapter sums its figures alone, where the federation says so, and leaves the adapter as it is", () => {
  expect(phaseOf(figuresOf(false))).toBe("finished");
  let state = figuresOf(true);
  expect(roundsView(state).note).toMatch(/^The figures are summed so that nobody sees a single one: keys are exchanged/);
  for (const step of EXCHANGE_STEPS)
    for (const event of answers(step)) state = transition(state, { ...event, round: 3 } as RoundEvent).state;
  expect(phaseOf(state)).toBe("aggregating");
  state = transition(state, { type: "aggregated", round: 3, error: null, moduleErrors: [], standings: [], means, at: 40 }).state;
  expect(phaseOf(state)).toBe("finished");
  expect(state.rounds).toMatchObject([{ round: 3, means: { accuracy: { fused: 0.75 } }, exchanges: 1, aggregated: [...NAMES] }]);
  expect(state.modelRound).toBeNull();
});

test("figures that too few are there to sum end the last round without means, and nobody works twice", () => {
  const few = figuresOf(true, ["anna", "bram"]);
  expect(phaseOf(few)).toBe("finished");
  expect(few.rounds).toMatchObject([{ round: 3, means: null, aggregated: ["anna", "bram"], exchanges: 0 }]);
  let state = figuresOf(true);
  for (let attempt = 1; phaseOf(state) === "exchanging"; attempt++) {
    state = transition(state, { type: "exchangeDeadlinePassed", round: 3, attempt, step: "keys", at: 10_000 * attempt }).state;
  }
  expect(phaseOf(state)).toBe("finished");
  expect(state.rounds).toMatchObject([{ round: 3, means: null, aggregated: [...NAMES], exchanges: 5 }]);
});
