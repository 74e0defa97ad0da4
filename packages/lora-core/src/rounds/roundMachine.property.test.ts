import fc from "fast-check";
import { expect, test } from "vitest";
import { awaitedIn, skippableIn } from "../protocol/awaited.ts";
import { EXCHANGE_STEPS } from "../secureAggregation/exchangeStep.ts";
import { askedOf, catchingUp } from "./catchUp.ts";
import { answersOf, type Exchange, summedClients } from "./exchange.ts";
import { unanswered } from "./exchangeSteps.ts";
import { stillTaken } from "./lateAnswers.ts";
import { commandsBetween } from "./pendingWork.ts";
import type { RoundEvent } from "./roundEvents.ts";
import { transition } from "./roundMachine.ts";
import {
  clientsNeeded,
  initialRoundState,
  MAX_LOG_ENTRIES,
  openRoundOf,
  outstanding,
  type RoundPolicy,
  type RoundState,
} from "./roundState.ts";
import { roundsView } from "./roundView.ts";
import { skipStanding } from "./skipped.ts";
import {
  adaptersSumPolicy,
  catchUpPolicy,
  countingPolicy,
  drawingPolicy,
  events,
  lateDrawingPolicy,
  latePolicy,
  policy,
  securePolicy,
} from "./testing/anyEvents.ts";
import { aggregated, asNew, away, joined, returned, submitted } from "./testing/handMade.ts";
import { seenOf } from "./testing/seenOf.ts";

function assertInvariants(before: RoundState, state: RoundState): void {
  const { phase, paused, policy } = state;
  const open = openRoundOf(state);
  if (phase.kind === "collecting") {
    // What people read of whom it waits for is whom it waits for.
    const awaited = outstanding(state, phase.open).map(({ id }) => id);
    expect([...awaitedIn(seenOf(state))].sort()).toEqual(awaited.toSorted());
  }
  // Who may be skipped is told to the organiser, who may ask for nobody that is not awaited.
  const standings = skippableIn(seenOf(state)).map((id) => skipStanding(state, id));
  expect(standings).not.toContain("notAwaited");
  const skippable = state.clients.filter(({ id }) => skipStanding(state, id) === "skippable");
  if (!paused) expect(standings.filter((standing) => standing === "skippable")).toHaveLength(skippable.length);
  if (phase.kind === "collecting" && !paused) expect(outstanding(state, phase.open).length).toBeGreaterThan(0);
  if (phase.kind === "waiting" && !paused) {
    const present = state.clients.filter(({ status }) => status === "present");
    expect(askedOf(state, phase.next, present).length).toBeLessThan(clientsNeeded(state, phase.next));
  }
  if (phase.kind === "aggregating") {
    const { forStatistics = false, submissions } = phase.open;
    expect(Object.keys(submissions).length > 0).toBe(!forStatistics);
  }
  // What rows are like is asked for once, and before any round.
  if (before.statistics) expect(state.statistics).toEqual(before.statistics);
  if (open?.forStatistics) expect([state.statistics, state.rounds.length]).toEqual([null, 0]);
  if (phase.kind === "collecting") expect(state.statistics !== null).toBe(policy.statistics !== null);
  if (phase.kind === "exchanging") {
    if (!paused) expect(unanswered(state).length).toBeGreaterThan(0);
    assertSets(phase.exchange);
  }
  if (phase.kind === "aggregating" && policy.exchange) {
    const exchange = phase.exchange as Exchange;
    expect(summedClients(exchange).length).toBeGreaterThanOrEqual(3);
    assertSets(exchange);
  }
  expect(state.rounds.map((closed) => closed.round)).toEqual(
    policy.schedule.slice(0, state.rounds.length).map((spec) => spec.round),
  );
  expect(state.rounds.length).toBeGreaterThanOrEqual(before.rounds.length);
  // A closed round only learns its aggregation error, once; and a client that takes its figures back is in no mean of them.
  for (const [i, closed] of before.rounds.entries()) {
    const { aggregationError } = state.rounds[i] ?? closed;
    const { meanLoss, means } = state.rounds[i] ?? closed;
    expect(state.rounds[i]).toEqual({ ...closed, meanLoss, aggregationError: closed.aggregationError ?? aggregationError });
    // A secure sum's mean is nobody's.
    if (!means && state.clients.every(({ figures }) => figures !== "everybody")) expect(meanLoss).toBeNull();
    if (!policy.schedule[i]?.uploads) expect(aggregationError).toBeNull();
  }
  const drawn = policy.sampling ? policy.sampling.clients + policy.sampling.reserve : Number.POSITIVE_INFINITY;
  if (open) {
    if (policy.schedule[open.index]?.uploads) expect(open.participants.length).toBeLessThanOrEqual(drawn);
    expect(open.index).toBe(state.rounds.length);
    expect(Object.keys(open.submissions).every((id) => open.participants.includes(id))).toBe(true);
  }
  for (const closed of state.rounds) {
    expect(new Set(closed.aggregated).size).toBe(closed.aggregated.length);
    expect(closed.aggregated.every((id) => closed.participants.includes(id))).toBe(true);
    if (!policy.exchange) expect(closed.aggregated.length).toBeGreaterThan(0);
  }
  assertLate(state);
  assertCatchUp(state);
  for (const { history } of state.clients) expect(new Set(history.map((entry) => entry.round)).size).toBe(history.length);
  expect((phase.kind === "ended") === (state.endedAt !== null)).toBe(true);
  if (before.phase.kind === "ended") expect(phase).toEqual(before.phase);
  expect(state.at).toBeGreaterThanOrEqual(before.at);
  expect(state.log.length).toBeLessThanOrEqual(MAX_LOG_ENTRIES);
  expect(roundsView(state).note.length).toBeGreaterThan(0);
}

/**
 * Who learns alone first is waited for in no round, whether it is asked there (the last one, or one as of which it has lost everything) or not. Who has
 * answered the open one learns for the next.
 */
function assertCatchUp(state: RoundState): void {
  if (state.phase.kind !== "collecting") return;
  const { open } = state.phase;
  for (const id of catchingUp(state) ?? []) {
    if (!open.participants.includes(id) || id in open.submissions) continue;
    expect(open.behind).toContain(id);
    catchUpSeen.add(open.index);
  }
}
const catchUpSeen = new Set<number>();

/** What came late counts once, in a later round of its stage, within reach, beside those in time; nobody counts twice in one mean. */
function assertLate({ policy, rounds, late, phase }: RoundState): void {
  const open = "open" in phase ? policy.schedule[phase.open.index] : undefined;
  const counted = rounds.flatMap((view) => Object.entries(view.late ?? {}).map(([id, of]) => ({ id, of, view })));
  for (const { id, of, view } of counted) {
    const own = rounds.find(({ round }) => round === of);
    expect([own?.stage, view.stage]).toEqual(["federated", "federated"]);
    expect(view.round - of).toBeGreaterThan(0);
    expect(view.round - of).toBeLessThanOrEqual(policy.late?.rounds ?? 0);
    expect(own?.participants).toContain(id);
    expect(own?.aggregated).not.toContain(id);
    expect(view.aggregated).not.toContain(id);
    lateSeen.add(view.round - of);
  }
  expect(new Set(counted.map(({ id, of }) => `${id} ${of}`)).size).toBe(counted.length);
  expect(new Set(late.map(({ clientId }) => clientId)).size).toBe(late.length);
  if (late.length > 0 && open) expect(open.stage).toBe("federated");
  if ("open" in phase) for (const { clientId } of late) expect(phase.open.submissions).not.toHaveProperty(clientId);
  // The answers of one client count in the order of their rounds.
  for (const id of ["a", "b", "c"]) {
    const of = rounds.flatMap((view) => (view.aggregated.includes(id) ? [view.round] : (view.late?.[id] ?? [])));
    expect(of).toEqual(of.toSorted((x, y) => x - y));
  }
}
const lateSeen = new Set<number>();

/** Each step asks only who answered in the one before, and nobody answers who was not asked. */
function assertSets(exchange: Exchange): void {
  const { asked, answers, step } = exchange;
  expect(Object.keys(answers).every((id) => asked.includes(id))).toBe(true);
  const before = EXCHANGE_STEPS[EXCHANGE_STEPS.indexOf(step) - 1];
  if (before) expect([...asked].sort()).toEqual(Object.keys(answersOf(exchange, before)).sort());
}

/** Timers that the commands so far have left running; the event's own, if it is one's, has fired. */
function follow(running: Map<string, number>, fired: string | null, step: ReturnType<typeof transition>): void {
  const wasRunning = fired !== null && running.delete(fired);
  for (const command of step.commands) {
    if (command.type === "startTimer") running.set(command.key, command.at);
    if (command.type === "cancelTimer") expect(running.delete(command.key) || (wasRunning && command.key === fired)).toBe(true);
  }
}

/** What would hardly ever be expected by chance: an answer to the open step, a result without an adapter of its own. */
function fitting(state: RoundState, event: RoundEvent): RoundEvent {
  const { phase, policy, clients } = state;
  if (policy.late) return fittingLate(state, event);
  if (!policy.exchange) return event;
  if (event.type === "submitted" && phase.kind === "collecting") {
    const clientId = outstanding(state, phase.open)[0]?.id ?? event.clientId;
    return { ...event, clientId, artifact: null, round: policy.schedule[phase.open.index]?.round ?? event.round };
  }
  if (event.type !== "exchanged" || event.attempt !== 1 || phase.kind !== "exchanging") return event;
  const { attempt, step } = phase.exchange;
  reached.add(`${step} of ${clients.length}`);
  const clientId = unanswered(state)[0]?.id ?? event.clientId;
  return { ...event, clientId, round: policy.schedule[phase.open.index]?.round ?? event.round, attempt, step };
}
const reached = new Set<string>();

/** Half of the answers are of a round that is over and still takes them, and what is being aggregated can be. */
function fittingLate(state: RoundState, event: RoundEvent): RoundEvent {
  const { phase, policy, clients } = state;
  const open = openRoundOf(state);
  const round = open && policy.schedule[open.index]?.round;
  if (!open || round === null || round === undefined) return event;
  if (event.type === "aggregated" && phase.kind === "aggregating") return { ...event, round };
  if (event.type !== "submitted" || event.round % 2 === 0) return event;
  const taken = clients.flatMap(({ id }) => stillTaken(state, open, id).map((of) => ({ clientId: id, round: of })));
  return { ...event, ...(taken[0] ?? { round }) };
}

/** Two clients of whom one has missed round 1. */
const missing: readonly RoundEvent[] = [
  joined("a"),
  joined("b"),
  ...[submitted("a", 0, 0), submitted("b", 0, 0), aggregated(0, 0), submitted("a", 1, 0)],
  { type: "deadlinePassed", round: 1, attempt: 1, at: 50 },
  aggregated(1, 50),
];

/** Two clients, and a third who comes in the last round but one. */
const newcomer: readonly RoundEvent[] = [
  joined("a"),
  joined("b"),
  ...[submitted("a", 0, 0), submitted("b", 0, 0), aggregated(0, 0)],
  ...[submitted("a", 1, 0), submitted("b", 1, 0), aggregated(1, 0)],
  ...[asNew(joined("c")), submitted("a", 2, 0), submitted("b", 2, 0), aggregated(2, 0)],
];

/** Two clients, of whom one comes back without what it had learned: to a round that waits for it, or that it has answered. */
const forgetful = (hasAnswered: boolean): readonly RoundEvent[] => [
  joined("a"),
  joined("b"),
  ...[submitted("a", 0, 0), submitted("b", 0, 0), aggregated(0, 0)],
  ...(hasAnswered ? [submitted("b", 1, 0)] : []),
  ...[away("b", 0), asNew(returned("b", 0))],
];

/** Three clients who are ready, and so many answers of them to the steps of their sum; all of five steps are fifteen. */
function summing(answers: number): readonly RoundEvent[] {
  const clients = ["a", "b", "c"];
  const key = { round: 0, attempt: 1, step: "keys" } as const;
  const answer: RoundEvent = { type: "exchanged", clientId: "a", ...key, artifact: "x", sha256: null, bytes: 8, at: 0 };
  return [
    ...clients.map((id) => joined(id)),
    ...clients.map((id) => submitted(id, 0, 0)),
    ...Array.from({ length: answers }, () => answer),
  ];
}

/** What leads to where chance hardly ever does. */
function beginningOf(rules: RoundPolicy, answers: number): readonly RoundEvent[] {
  if (rules.exchange) return summing(answers);
  if (rules.late) return missing;
  if (rules !== catchUpPolicy) return [];
  return answers % 2 === 0 ? newcomer : forgetful(answers % 4 === 1);
}

/** The key of the timer whose event this is. */
function firedBy(event: RoundEvent): string | null {
  if (event.type === "deadlinePassed") return `deadline:${event.round}:${event.attempt}`;
  if (event.type === "exchangeDeadlinePassed") return `exchange:${event.round}:${event.attempt}:${event.step}`;
  if (event.type === "graceExpired") return `grace:${event.clientId}`;
  return event.type === "waitExpired" ? "wait" : null;
}

test.each([
  ["sent as they are", policy],
  ["summed securely", securePolicy],
  ["summed securely, and figures are not", adaptersSumPolicy],
  ["summed securely, after what rows are like", countingPolicy],
  ["sent by clients that are drawn", drawingPolicy],
  ["sent late", latePolicy],
  ["sent late by clients that are drawn", lateDrawingPolicy],
  ["sent by clients of which newcomers learn alone first", catchUpPolicy],
])("updates %s: any sequence of events keeps the invariants, and something always can still happen", (_, rules) => {
  fc.assert(
    fc.property(events, fc.integer({ min: 0, max: 15 }), (later, answers) => {
      const sequence = [...beginningOf(rules, answers), ...later];
      let state = initialRoundState(rules, 0);
      const running = new Map<string, number>();
      for (const random of sequence) {
        const event = fitting(state, random);
        const step = transition(state, event);
        assertInvariants(state, step.state);
        follow(running, firedBy(event), step);
        state = step.state;
        // Whenever timers fire, exactly those run that a restart would set.
        const wanted = commandsBetween(null, state).flatMap((command) =>
          command.type === "startTimer" ? [[command.key, command.at]] : [],
        );
        expect(Object.fromEntries(running)).toEqual(Object.fromEntries(wanted));
        expect(running.has("wait")).toBe(state.phase.kind === "waiting" && !state.paused && state.phase.until !== null);
        const has = (prefix: string) => [...running.keys()].some((key) => key.startsWith(prefix));
        expect(has("deadline:")).toBe(state.phase.kind === "collecting" && !state.paused);
        expect(has("exchange:")).toBe(state.phase.kind === "exchanging" && !state.paused);
      }
    }),
    { numRuns: 120 },
  );
  if (rules.exchange) expect(reached).toContain("unmask of 3");
  if (rules.late) expect(lateSeen).toContain(1);
  if (rules === catchUpPolicy) expect([...catchUpSeen].sort()).toEqual([1, rules.schedule.length - 1]);
});

test.each([policy, securePolicy, adaptersSumPolicy, countingPolicy, drawingPolicy, latePolicy, lateDrawingPolicy, catchUpPolicy])(
  "the state survives JSON, and replaying a log gives the same state (%#)",
  (rules) => {
    fc.assert(
      fc.property(events, (sequence) => {
        let live = initialRoundState(rules, 0);
        const journal: string[] = [];
        for (const event of sequence) {
          const next = transition(live, event).state;
          if (next !== live) journal.push(JSON.stringify(event));
          live = next;
        }
        const replayed = journal.reduce(
          (state, line) => transition(state, JSON.parse(line) as RoundEvent).state,
          initialRoundState(rules, 0),
        );
        expect(replayed).toEqual(live);
        expect(JSON.parse(JSON.stringify(live))).toEqual(live);
      }),
      { numRuns: 200 },
    );
  },
);
