import { expect, test } from "vitest";
import { presetOf } from "../federation/federationDefaults.ts";
import { methodOf } from "../strategies/registry.ts";
import { catchingUp } from "./catchUp.ts";
import type { RoundEvent } from "./roundEvents.ts";
import { transition } from "./roundMachine.ts";
import { initialRoundState, type NextRound, openRoundOf, outstanding, type RoundPolicy, type RoundState } from "./roundState.ts";
import { roundsView } from "./roundView.ts";
import { scheduleOf } from "./schedule.ts";
import { mayWorkOn, submissionStanding } from "./submissionStanding.ts";
import {
  aggregated,
  asNew,
  away,
  damaged,
  joined,
  left,
  policy as plain,
  returned,
  simple,
  submitted,
} from "./testing/handMade.ts";

const steps = (amount: number) => ({ unit: "steps" as const, amount });
const scheduleFor = (preset: string, rounds: number) =>
  scheduleOf(methodOf(presetOf("fdlora", preset)), { local: steps(9), inner: steps(2), rounds });
/** Learning alone, rounds 1 to 3, which leave what was learned alone as it is, and fusing. */
const policy: RoundPolicy = { ...plain, schedule: scheduleFor("paper", 3) };

const run = (rules: RoundPolicy, ...events: readonly RoundEvent[]) => runFrom(initialRoundState(rules, 0), ...events);
const runFrom = (state: RoundState, ...events: readonly RoundEvent[]) =>
  events.reduce((before, event) => transition(before, event).state, state);
const answer = (clientId: string, round: number, at: number): RoundEvent => {
  const artifact = policy.schedule[round]?.uploads ? `${round}-${clientId}` : null;
  return { ...submitted(clientId, round, at), artifact } as RoundEvent;
};
const caughtUp = (clientId: string, at: number): RoundEvent => ({ ...submitted(clientId, 0, at), artifact: null }) as RoundEvent;
/** Anna's and bram's answers to a round, and what was made of them. */
const both = (round: number, at: number) => [
  answer("anna", round, at),
  answer("bram", round, at + 1),
  ...(policy.schedule[round]?.uploads ? [aggregated(round, at + 2)] : []),
];
/** Cleo comes in round 1. */
const late = run(policy, asNew(joined("anna")), asNew(joined("bram", 5)), ...both(0, 10), asNew(joined("cleo", 20)));
const openFor = (state: RoundState) => openRoundOf(state)?.participants;
const awaited = (state: RoundState) => outstanding(state, openRoundOf(state) as never).map(({ id }) => id);

test("a newcomer learns alone outside of the rounds, which go on without it, and takes part in the next one after that", () => {
  expect([catchingUp(late), openFor(late)]).toEqual([["cleo"], ["anna", "bram"]]);
  expect(roundsView(late).clients[2]?.note).toMatch(/^Joined late: learns alone first/);
  const second = runFrom(late, ...both(1, 30));
  expect([openRoundOf(second)?.index, openFor(second), catchingUp(second)]).toEqual([2, ["anna", "bram"], ["cleo"]]);
  expect(submissionStanding(second, "cleo", 0).kind).toBe("caughtUp");
  expect(submissionStanding(second, "cleo", 2).kind).toBe("refused");
  const done = runFrom(second, caughtUp("cleo", 40));
  // Nor does it look as if it trained on.
  expect([second, done].map((state) => [0, 1, 2].map((round) => mayWorkOn(state, "cleo", round)))).toEqual([
    [true, false, true],
    [false, false, true],
  ]);
  expect([openFor(done), catchingUp(done)]).toEqual([["anna", "bram"], []]);
  expect(done.log.at(-1)?.text).toBe("cleo has caught up, and takes part from the next round on");
  expect(done.clients[2]?.history.map(({ round }) => round)).toEqual([0]);
  // The acknowledgement was lost: a repeat changes nothing.
  expect(submissionStanding(done, "cleo", 0).kind).toBe("counted");
  expect(runFrom(done, caughtUp("cleo", 40))).toBe(done);
  const third = runFrom(done, ...both(2, 50));
  expect([openRoundOf(third)?.index, awaited(third)]).toEqual([3, ["anna", "bram", "cleo"]]);
});

test("what it has learned alone is not taken, nor is it said of anybody else", () => {
  const kept = runFrom(late, { ...caughtUp("cleo", 40), artifact: "0-cleo" } as RoundEvent);
  expect(kept).toBe(late);
  expect(submissionStanding(late, "nobody", 0).kind).not.toBe("caughtUp");
  expect(submissionStanding(late, "anna", 0).kind).toBe("counted");
  expect(submissionStanding(runFrom(late, simple("stopped", 30)), "cleo", 0).kind).toBe("refused");
});

test("the last round asks a newcomer that is not done, does not wait for it, and takes its answer as long as it is open", () => {
  const last = runFrom(late, ...both(1, 30), ...both(2, 40), ...both(3, 50));
  expect(openRoundOf(last)).toMatchObject({ index: 4, participants: ["anna", "bram", "cleo"], behind: ["cleo"] });
  expect([catchingUp(last), awaited(last)]).toEqual([["cleo"], ["anna", "bram"]]);
  expect(runFrom(last, ...both(4, 60)).phase).toMatchObject({ kind: "ended", how: "finished" });
  const inTime = runFrom(last, answer("anna", 4, 60), caughtUp("cleo", 61), answer("cleo", 4, 62), answer("bram", 4, 63));
  expect(inTime.rounds.at(-1)?.aggregated).toEqual(["anna", "cleo", "bram"]);
});

test("nobody is asked where a newcomer is all that is left: it learns, and the round opens with it", () => {
  const alone = runFrom(late, left("anna", 30), left("bram", 31));
  expect(alone.phase).toMatchObject({ kind: "waiting", until: null });
  expect(roundsView(alone).note).toBe("Waiting for cleo, learning alone first, before the next round opens.");
  expect(openFor(runFrom(alone, caughtUp("cleo", 40)))).toEqual(["cleo"]);
  // Who comes back meanwhile does not wait for it.
  expect(openFor(runFrom(alone, returned("anna", 35)))).toEqual(["anna"]);
});

test("a tab that is loaded anew goes on with it, and so does one whose coordinator was restarted or paused", () => {
  const back = runFrom(late, away("cleo", 30), asNew(returned("cleo", 40)));
  expect([catchingUp(back), openFor(back)]).toEqual([["cleo"], ["anna", "bram"]]);
  expect(roundsView(back).clients[2]?.note).toMatch(/^Joined late/);
  const restarted = runFrom(late, simple("restarted", 30), asNew(returned("cleo", 40)));
  expect([catchingUp(restarted), openFor(restarted)]).toEqual([["cleo"], ["anna", "bram"]]);
  expect(catchingUp(runFrom(late, simple("paused", 30), caughtUp("cleo", 40)))).toEqual([]);
  // It was done as its connection broke, and has not told yet.
  expect(submissionStanding(runFrom(late, away("cleo", 30), returned("cleo", 40)), "cleo", 0).kind).toBe("caughtUp");
});

test("who has lost what it had learned catches up, and the open round waits for it no more", () => {
  const lost = runFrom(late, away("bram", 30), asNew(returned("bram", 40)));
  expect([catchingUp(lost), awaited(lost), openRoundOf(lost)?.behind]).toEqual([["bram", "cleo"], ["anna"], ["bram"]]);
  expect(submissionStanding(lost, "bram", 0).kind).toBe("caughtUp");
});

test("a round that is opened again for a damaged adapter waits for nobody who has lost what it had learned meanwhile", () => {
  const ready = runFrom(late, answer("anna", 1, 30), answer("bram", 1, 31), away("bram", 32), asNew(returned("bram", 33)));
  // Bram cannot send it again, and anna's is whole.
  expect(runFrom(ready, damaged("bram", 1, 40)).phase).toMatchObject({
    kind: "aggregating",
    open: { submissions: { anna: {} } },
  });
  const closed = runFrom(late, answer("anna", 1, 30), simple("roundClosed", 31), away("bram", 32), asNew(returned("bram", 33)));
  const again = runFrom(closed, damaged("anna", 1, 40));
  expect([openRoundOf(again)?.attempt, awaited(again), catchingUp(again)]).toEqual([2, ["anna"], ["bram", "cleo"]]);
});

test("who missed the first round catches up, too, and who does not say that it is new is asked at once", () => {
  const missed = run(policy, asNew(joined("anna")), asNew(joined("bram", 5)), answer("anna", 0, 10), simple("roundClosed", 11));
  const first = runFrom(missed, aggregated(0, 12));
  expect([openFor(first), catchingUp(first)]).toEqual([["anna"], ["bram"]]);
  const silent = runFrom(first, joined("cleo", 20), ...[answer("anna", 1, 30), aggregated(1, 31)]);
  expect(openFor(silent)).toEqual(["anna", "cleo"]);
});

test("before a round that leaves nothing of it, nobody learns alone first", () => {
  const rules = { ...plain, schedule: scheduleFor("sends-personal", 3) };
  expect(rules.schedule.map(({ catchUp }) => catchUp ?? false)).toEqual([false, false, false, false, true]);
  const joinedLate = run(rules, joined("anna"), joined("bram", 5), ...both(0, 10), asNew(joined("cleo", 20)));
  expect(catchingUp(joinedLate)).toEqual([]);
  expect(openFor(runFrom(joinedLate, ...both(1, 30)))).toEqual(["anna", "bram", "cleo"]);
  for (const preset of ["private"]) expect(scheduleFor(preset, 3).some(({ catchUp }) => catchUp)).toBe(false);
});

test("a secure sum that needs three waits until the third has caught up", () => {
  const secure = { ...policy, exchange: { stepMs: 30, inputMs: 60, sumsFigures: false } };
  const first = { ...run(secure, asNew(joined("anna")), asNew(joined("bram"))), started: true };
  const second: RoundState = { ...first, rounds: late.rounds, phase: { kind: "waiting", next: nextOf(late), until: null } };
  const waits = runFrom({ ...second, clients: late.clients }, simple("started", 30));
  expect([waits.phase.kind, catchingUp(waits)]).toEqual(["waiting", ["cleo"]]);
  expect(openFor(runFrom(waits, caughtUp("cleo", 40)))).toEqual(["anna", "bram", "cleo"]);
});

test("the last round waits for a newcomer where three figures make a sum, and for nobody where nothing is summed", () => {
  const last = runFrom(late, ...both(1, 30), ...both(2, 40), ...both(3, 50));
  const answeredBy = (sumsFigures: boolean) =>
    runFrom({ ...last, policy: { ...policy, exchange: { stepMs: 30, inputMs: 60, sumsFigures } } }, ...both(4, 60));
  expect(answeredBy(false).phase).toMatchObject({ kind: "ended", how: "finished" });
  expect(awaited(answeredBy(true))).toEqual(["cleo"]);
});

const nextOf = (state: RoundState): NextRound => {
  const { index, attempt, failures } = openRoundOf(state) as NextRound;
  return { index, attempt, failures, firstOpenedAt: null, exchanges: 0 };
};
