import { expect, test } from "vitest";
import type { RoundEvent } from "./roundEvents.ts";
import { transition } from "./roundMachine.ts";
import { initialRoundState } from "./roundState.ts";
import { roundsView } from "./roundView.ts";
import { aggregated, joined, policy, submitted } from "./testing/handMade.ts";

const fetched = (clientId: string, at: number, bytes = 100): RoundEvent => ({ type: "fetched", clientId, bytes, at });
const joins = [joined("anna"), joined("bram")];
const secure = { ...policy, minClients: 2, exchange: { stepMs: 100, inputMs: 300, sumsFigures: true } };

const trafficOfAnna = (events: readonly RoundEvent[], of = policy) => {
  const state = events.reduce((now, event) => transition(now, event).state, initialRoundState(of, 0));
  const [anna] = roundsView(state).clients;
  return {
    all: { up: anna?.bytesUp, down: anna?.bytesDown },
    byRound: anna?.history.map(({ round, traffic }) => ({ round, ...traffic })),
  };
};

test("what a client was handed out and what it answered stand with its round, and make up the whole", () => {
  const events = [
    ...[...joins, fetched("anna", 5), submitted("anna", 1), submitted("bram", 1), aggregated(1)],
    ...[fetched("anna", 21), fetched("anna", 22), submitted("anna", 2, 30)],
  ];
  expect(trafficOfAnna(events)).toEqual({
    all: { up: 128, down: 300 },
    byRound: [
      { round: 1, up: 64, down: 100 },
      { round: 2, up: 64, down: 200 },
    ],
  });
  // It has not answered that round.
  expect(trafficOfAnna(events.slice(0, -1)).byRound).toEqual([{ round: 1, up: 64, down: 100 }]);
});

test("the last round has what is fetched once it is over, and a round that is sent again has both", () => {
  const answers = (round: number, at: number) => [submitted("anna", round, at), submitted("bram", round, at)];
  const whole = [...joins, ...answers(1, 10), aggregated(1), ...answers(2, 30), aggregated(2, 40), ...answers(3, 50)];
  expect(trafficOfAnna([...whole, fetched("anna", 60)]).byRound?.at(-1)).toEqual({ round: 3, up: 64, down: 100 });
  const damaged: RoundEvent = { type: "submissionDamaged", clientId: "anna", round: 1, at: 12 };
  const again = [...joins, ...answers(1, 10), damaged, submitted("anna", 1, 15)];
  expect(trafficOfAnna(again).byRound).toEqual([{ round: 1, up: 128, down: 0 }]);
});

test("a secure sum counts in the round that it is of, which was answered before", () => {
  const ready = ["anna", "bram", "cleo"].map((name): RoundEvent => ({ ...submitted(name, 1), artifact: null }) as RoundEvent);
  const key: RoundEvent = {
    ...{ type: "exchanged", clientId: "anna", round: 1, attempt: 1, step: "keys", artifact: "keys-anna", sha256: null },
    bytes: 8,
    at: 20,
  };
  const events = [...joins, joined("cleo"), fetched("anna", 5), ...ready, key];
  expect(trafficOfAnna(events, { ...secure, minClients: 3 }).byRound).toEqual([{ round: 1, up: 72, down: 100 }]);
});
