import { expect, test } from "vitest";
import { presetOf } from "../federation/federationDefaults.ts";
import { methodOf } from "../strategies/registry.ts";
import { transition } from "./roundMachine.ts";
import { initialRoundState, openRoundOf, type RoundState } from "./roundState.ts";
import { roundsView } from "./roundView.ts";
import { scheduleOf } from "./schedule.ts";
import { aggregated, deadline, joined, policy, simple, submitted } from "./testing/handMade.ts";

const ROUNDS = 6;
const budget = { unit: "steps", amount: 16 } as const;

interface Federation {
  readonly method?: Parameters<typeof presetOf>;
  readonly bySpeed?: boolean;
  readonly names?: readonly string[];
  readonly deadlineBySpeed?: boolean;
}

function opened({
  method = ["fedavg"],
  bySpeed = true,
  names = ["fast", "usual", "slow"],
  deadlineBySpeed = false,
}: Federation = {}): RoundState {
  const schedule = scheduleOf(methodOf(presetOf(...method)), { local: budget, inner: budget, rounds: ROUNDS });
  const state = initialRoundState(
    { ...policy, schedule, minClients: names.length, bySpeed, deadlineBySpeed, roundDeadlineMs: 10_000 },
    0,
  );
  return names.reduce((next, name) => transition(next, joined(name)).state, state);
}

/** Everybody in `took` answers so many milliseconds after the round was opened; then it is aggregated, at once. */
function round(state: RoundState, number: number, took: Readonly<Record<string, number>>): RoundState {
  const openedAt = openRoundOf(state)?.openedAt ?? 0;
  const answers = Object.entries(took).toSorted(([, a], [, b]) => a - b);
  const sends = specUploads(state);
  let next = state;
  for (const [name, ms] of answers) {
    const artifact = sends ? `${number}-${name}` : null;
    next = transition(next, { ...submitted(name, number, openedAt + ms), artifact } as never).state;
  }
  if (next.phase.kind === "collecting") next = transition(next, deadline(number, openedAt + 10_000)).state;
  return next.phase.kind === "aggregating" ? transition(next, aggregated(number, next.at)).state : next;
}

function specUploads(state: RoundState): boolean {
  const open = openRoundOf(state);
  return open !== null && state.policy.schedule[open.index]?.uploads === true;
}

const sharesOf = (state: RoundState) => roundsView(state).openRound?.shares;

test("nobody's speed is known in the first round; then who is slower than the middle one does as much less", () => {
  const first = opened();
  expect(sharesOf(first)).toBeUndefined();
  expect(sharesOf(round(first, 1, { fast: 1000, usual: 2000, slow: 8000 }))).toEqual({ slow: 0.25 });
});

test("a client that is as much slower as before keeps its share, and one that has become fast does everything again", () => {
  const second = round(opened(), 1, { fast: 1000, usual: 2000, slow: 8000 });
  const third = round(second, 2, { fast: 1000, usual: 2000, slow: 2000 });
  expect(sharesOf(third)).toEqual({ slow: 0.25 });
  expect(sharesOf(round(third, 3, { fast: 1000, usual: 2000, slow: 500 }))).toBeUndefined();
});

test("times that differ by a quarter ask everybody for everything", () => {
  expect(sharesOf(round(opened(), 1, { fast: 1000, usual: 2000, slow: 2500 }))).toBeUndefined();
});

test("one that answers at once cannot take the others' work away", () => {
  const names = ["liar", "a", "b", "c"];
  expect(sharesOf(round(opened({ names }), 1, { liar: 1, a: 2000, b: 2100, c: 2200 }))).toBeUndefined();
});

test("who did not answer in time gets half, again and again, but a sixty-fourth at least", () => {
  let state = opened();
  const seen = [];
  for (let number = 1; number < ROUNDS; number++) {
    state = round(state, number, { fast: 1000, usual: 2000 });
    seen.push(sharesOf(state)?.slow);
  }
  expect(seen).toEqual([1 / 2, 1 / 4, 1 / 8, 1 / 16, 1 / 32]);
});

test("who joins late does as little as anybody, until its speed is known", () => {
  const second = round(opened(), 1, { fast: 1000, usual: 2000, slow: 8000 });
  const third = round(transition(second, joined("late", second.at)).state, 2, { fast: 1000, usual: 2000, slow: 2000 });
  expect(sharesOf(third)).toEqual({ slow: 0.25, late: 0.25 });
  expect(sharesOf(round(third, 3, { fast: 1000, usual: 2000, slow: 2000, late: 500 }))).toEqual({ slow: 0.25 });
});

test("a round that nobody answered is opened again with the same shares", () => {
  const second = round(opened(), 1, { fast: 1000, usual: 2000, slow: 8000 });
  const again = transition(second, deadline(2, (openRoundOf(second)?.openedAt ?? 0) + 10_000)).state;
  expect(openRoundOf(again)?.attempt).toBe(2);
  expect(sharesOf(again)).toEqual({ slow: 0.25 });
});

test("how long a pause lasted is nobody's time", () => {
  const first = opened();
  const paused = transition(first, simple("paused", 500)).state;
  const on = transition(paused, simple("resumed", 60_500)).state;
  const closed = ["fast", "usual", "slow"].reduce(
    (state, name, k) => transition(state, submitted(name, 1, 61_000 + 1000 * k)).state,
    on,
  );
  const second = transition(closed, aggregated(1, 64_000)).state;
  expect(second.rounds[0]?.took).toEqual({ fast: 1, usual: 2, slow: 3 });
});

test("learning alone and the last round are everybody's own", () => {
  const first = opened({ method: ["fdlora", "sends-personal"] });
  const shared = round(first, 0, { fast: 1000, usual: 2000, slow: 8000 });
  expect(sharesOf(first)).toBeUndefined();
  expect(sharesOf(shared)).toEqual({ slow: 0.25 });
  let state = shared;
  for (let number = 1; number <= ROUNDS; number++) state = round(state, number, { fast: 1000, usual: 2000, slow: 2000 });
  expect(roundsView(state).openRound?.round).toBe(ROUNDS + 1);
  expect(sharesOf(state)).toBeUndefined();
});

test("where all do the same nobody has a share, and how long each took is told all the same", () => {
  const second = round(opened({ bySpeed: false }), 1, { fast: 1000, usual: 2000, slow: 8000 });
  expect(sharesOf(second)).toBeUndefined();
  expect(second.rounds[0]?.took).toEqual({ fast: 1, usual: 2, slow: 8 });
});

/** How long the open round waits, in ms. */
function patienceOf(state: RoundState): number {
  const open = openRoundOf(state);
  return open ? open.deadlineAt - open.openedAt : 0;
}

const HOUR = 3_600_000;
const patient = (changes: Federation = {}) => {
  const state = opened({ deadlineBySpeed: true, bySpeed: false, ...changes });
  return { ...state, policy: { ...state.policy, roundDeadlineMs: HOUR } };
};

test("a round of clients whose speed is known waits for three times the slowest, a minute at least", () => {
  const first = patient();
  expect(patienceOf(first)).toBe(10_000);
  expect(patienceOf(round(first, 1, { fast: 1000, usual: 2000, slow: 100_000 }))).toBe(300_000);
  expect(patienceOf(round(first, 1, { fast: 1000, usual: 2000, slow: 8000 }))).toBe(60_000);
  expect(patienceOf(round(first, 1, { fast: 1000, usual: 2000, slow: 2 * HOUR }))).toBe(HOUR);
  expect(
    patienceOf(round({ ...first, policy: { ...first.policy, deadlineBySpeed: false } }, 1, { fast: 1, usual: 1, slow: 1 })),
  ).toBe(HOUR);
});

test("with fewer steps for the slow one it waits for what these take, and nobody waits for who did not answer", () => {
  const bySpeed = patient({ bySpeed: true });
  expect(patienceOf(round(bySpeed, 1, { fast: 30_000, usual: 40_000, slow: 160_000 }))).toBe(120_000);
  const second = round(patient(), 1, { fast: 30_000, usual: 40_000 });
  expect(patienceOf(second)).toBe(120_000);
});

test("the last round, whose work is another, has the whole deadline", () => {
  let state: RoundState = patient();
  for (let number = 1; number <= ROUNDS; number++) state = round(state, number, { fast: 30_000, usual: 40_000, slow: 50_000 });
  expect(roundsView(state).openRound?.round).toBe(ROUNDS + 1);
  expect(patienceOf(state)).toBe(HOUR);
});
