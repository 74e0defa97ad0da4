import { expect, test } from "vitest";
import { methodOf } from "../strategies/registry.ts";
import { transition } from "./roundMachine.ts";
import { enrolled, initialRoundState, openRoundOf, type RoundState, type Sampling } from "./roundState.ts";
import { scheduleOf } from "./schedule.ts";
import { aggregated, away, deadline, joined, left, policy, returned, submitted } from "./testing/handMade.ts";

const ROUNDS = 20;
const names = Array.from({ length: 10 }, (_, index) => `client-${index}`);

/** Ten clients of a FedAvg federation of twenty rounds, the first of which is open. */
function opened(sampling: Sampling | null): RoundState {
  const budget = { unit: "steps", amount: 1 } as const;
  const schedule = scheduleOf(methodOf({ id: "fedavg", config: {} }), { local: budget, inner: budget, rounds: ROUNDS });
  const state = initialRoundState({ ...policy, schedule, minClients: names.length, sampling }, 0);
  return names.reduce((next, name) => transition(next, joined(name)).state, state);
}

const asked = (state: RoundState): readonly string[] => openRoundOf(state)?.participants ?? [];
const answer = (state: RoundState, name: string, round: number) =>
  transition(state, { ...submitted(name, round), artifact: round <= ROUNDS ? `${round}-${name}` : null } as never).state;

/** Who was asked in each round, when as many as are needed answer at once. */
function asksOf(sampling: Sampling): readonly (readonly string[])[] {
  let state = opened(sampling);
  const asks: (readonly string[])[] = [];
  for (let round = 1; round <= ROUNDS; round++) {
    asks.push(asked(state));
    for (const name of asked(state).slice(0, sampling.clients)) state = answer(state, name, round);
    state = transition(state, aggregated(round)).state;
  }
  return [...asks, asked(state)];
}

test("a round asks as many as it needs and a reserve, the same for the same seed, and the last round asks everybody", () => {
  const asks = asksOf({ clients: 3, reserve: 1, seed: 1 });
  expect(asks.slice(0, ROUNDS).map(({ length }) => length)).toEqual(Array.from({ length: ROUNDS }, () => 4));
  expect(asks.at(-1)).toEqual(names);
  expect(asksOf({ clients: 3, reserve: 1, seed: 1 })).toEqual(asks);
  expect(asksOf({ clients: 3, reserve: 1, seed: 2 })).not.toEqual(asks);
});

test.each([1, 2, 3])("nobody is asked twice more often than another, whatever the seed (%i)", (seed) => {
  const turns = names.map(
    (name) =>
      asksOf({ clients: 3, reserve: 0, seed })
        .slice(0, ROUNDS)
        .filter((ids) => ids.includes(name)).length,
  );
  expect(turns.reduce((sum, count) => sum + count)).toBe(3 * ROUNDS);
  expect(Math.max(...turns) - Math.min(...turns)).toBeLessThanOrEqual(1);
});

test("a round closes once enough have answered, and tells who was in reserve", () => {
  const state = opened({ clients: 3, reserve: 1, seed: 1 });
  const [first, second, third, spare] = asked(state) as [string, string, string, string];
  const two = answer(answer(state, first, 1), second, 1);
  expect(two.phase.kind).toBe("collecting");
  const three = answer(two, third, 1);
  expect(three.phase.kind).toBe("aggregating");
  expect(enrolled(three, spare)?.note).toEqual(["enoughOthers"]);
  expect(answer(three, spare, 1)).toBe(three);
});

test("who was not drawn is not let in by coming back", () => {
  const state = opened({ clients: 3, reserve: 1, seed: 1 });
  const notAsked = names.find((name) => !asked(state).includes(name)) as string;
  const back = transition(transition(state, away(notAsked, 20)).state, returned(notAsked, 30)).state;
  expect(asked(back)).toEqual(asked(state));
  expect(answer(back, notAsked, 1)).toBe(back);
});

test("with fewer clients than are drawn everybody is asked, and a deadline closes with who is there", () => {
  const few = names.slice(2).reduce((state, name) => transition(state, left(name, 5)).state, opened(null));
  const state = { ...few, policy: { ...few.policy, sampling: { clients: 3, reserve: 1, seed: 1 } } };
  const one = answer(state, "client-0", 1);
  expect(one.phase.kind).toBe("collecting");
  expect(transition(one, deadline(1, 2000)).state.phase.kind).toBe("aggregating");
});
