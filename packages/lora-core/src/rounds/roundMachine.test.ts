import { describe, expect, it, test } from "vitest";
import type { RoundEvent } from "./roundEvents.ts";
import { transition } from "./roundMachine.ts";
import { enrolled, MAX_IDLE_LEFT, openRoundOf, type RoundState } from "./roundState.ts";
import { phaseOf, roundsView } from "./roundView.ts";
import { submissionStanding } from "./submissionStanding.ts";
import {
  aggregated,
  away,
  closing,
  commandsOf,
  DEADLINE,
  damaged,
  deadline,
  failed,
  graceExpired,
  joined,
  left,
  opened,
  removed,
  returned,
  run,
  simple,
  submitted,
  WAIT,
} from "./testing/handMade.ts";

describe("phase by event", () => {
  const states = {
    waiting: run(joined("anna")),
    collecting: run(...opened),
    answeredOnce: run(...opened, submitted("anna", 1)),
    aggregating: run(...closing),
    paused: run(...opened, simple("paused", 15)),
    stalled: run(...closing, failed("storage")),
    abandoned: run(...opened, left("anna", 10), left("bram", 11)),
    stopped: run(...opened, simple("stopped", 15)),
  };
  const table: readonly [keyof typeof states, RoundEvent, string][] = [
    ["waiting", joined("bram"), "collecting"],
    ["waiting", simple("started"), "collecting"],
    ["waiting", left("anna", 9), "waiting"],
    ["waiting", submitted("anna", 1), "waiting"],
    ["waiting", simple("stopped"), "stopped"],
    ["waiting", simple("waitExpired"), "waiting"],
    ["collecting", submitted("anna", 1), "collecting"],
    ["collecting", submitted("anna", 2), "collecting"],
    ["collecting", submitted("zoe", 1), "collecting"],
    ["collecting", aggregated(1), "collecting"],
    ["collecting", deadline(1, DEADLINE), "collecting"],
    ["collecting", simple("roundClosed"), "collecting"],
    ["collecting", simple("paused"), "paused"],
    ["answeredOnce", submitted("bram", 1), "aggregating"],
    ["answeredOnce", submitted("anna", 1), "collecting"],
    ["answeredOnce", left("bram", 20), "aggregating"],
    ["answeredOnce", removed("bram", 20), "aggregating"],
    ["answeredOnce", away("bram", 20), "collecting"],
    ["answeredOnce", deadline(1, 5 + DEADLINE), "aggregating"],
    ["answeredOnce", deadline(1, DEADLINE), "collecting"],
    ["answeredOnce", deadline(1, 5 + DEADLINE, 2), "collecting"],
    ["answeredOnce", deadline(2, 5 + DEADLINE), "collecting"],
    ["answeredOnce", simple("roundClosed"), "aggregating"],
    ["aggregating", aggregated(1), "collecting"],
    ["aggregating", aggregated(2), "aggregating"],
    ["aggregating", failed("method"), "collecting"],
    ["aggregating", failed("storage"), "paused"],
    ["aggregating", left("anna", 20), "aggregating"],
    ["aggregating", damaged("anna", 1, 20), "collecting"],
    ["aggregating", damaged("anna", 1, 5 + DEADLINE), "aggregating"],
    ["aggregating", damaged("anna", 2, 20), "aggregating"],
    ["aggregating", damaged("chen", 1, 20), "aggregating"],
    ["collecting", damaged("anna", 1, 20), "collecting"],
    ["aggregating", simple("restarted"), "aggregating"],
    ["paused", submitted("anna", 1), "paused"],
    ["paused", deadline(1, 9999), "paused"],
    ["paused", joined("chen"), "paused"],
    ["paused", simple("resumed"), "collecting"],
    ["paused", simple("stopped"), "stopped"],
    ["stalled", simple("resumed"), "aggregating"],
    ["stalled", aggregated(1), "paused"],
    ["abandoned", returned("bram", 20), "collecting"],
    ["abandoned", joined("chen", 20), "collecting"],
    ["abandoned", simple("waitExpired", 11 + WAIT), "stopped"],
    ["abandoned", simple("waitExpired", 10 + WAIT), "waiting"],
    ["stopped", joined("chen"), "stopped"],
    ["stopped", submitted("anna", 1), "stopped"],
    ["stopped", simple("resumed"), "stopped"],
    ["stopped", simple("restarted"), "stopped"],
  ];
  test.each(table)("%s, then %o, is %s", (from, event, expected) => {
    expect(phaseOf(transition(states[from], event).state)).toBe(expected);
  });

  test("an event that does not fit leaves the very same state", () => {
    const state = run(...opened);
    expect(transition(state, submitted("anna", 2)).state).toBe(state);
    expect(transition(state, joined("anna", 50)).state).toBe(state);
    expect(transition(state, simple("waitExpired", 99_999)).state).toBe(state);
  });
});

test("opens the first round at the quorum, for those present, with a deadline", () => {
  const state = run(joined("anna"));
  const { state: next, commands } = transition(state, joined("bram", 5));
  expect(roundsView(next).openRound).toEqual({
    round: 1,
    attempt: 1,
    participants: ["anna", "bram"],
    submitted: [],
    deadlineAt: 5 + DEADLINE,
    exchange: null,
  });
  expect(commands).toEqual([
    { type: "startTimer", key: "deadline:1:1", at: 1005, event: { type: "deadlinePassed", round: 1, attempt: 1 } },
  ]);
});

test("asks for the aggregation of what came in when the last one answers, and cancels the deadline", () => {
  const state = run(joined("anna", 0, 30), joined("bram", 5), submitted("anna", 1));
  expect(commandsOf(state, submitted("bram", 1, 12))).toEqual([
    { type: "cancelTimer", key: "deadline:1:1" },
    {
      type: "aggregate",
      round: 1,
      inputs: [
        { clientId: "anna", artifact: "1-anna", sampleCount: 30, share: 1 },
        { clientId: "bram", artifact: "1-bram", sampleCount: 10, share: 1 },
      ],
      exchange: null,
    },
  ]);
});

test("aggregates when the last outstanding client leaves, and counts what a departed client had submitted", () => {
  const state = run(...opened, submitted("anna", 1), left("anna", 30));
  expect(phaseOf(state)).toBe("collecting");
  const { state: next, commands } = transition(state, left("bram", 40));
  expect(phaseOf(next)).toBe("aggregating");
  expect(commands).toContainEqual({
    type: "aggregate",
    round: 1,
    inputs: [{ clientId: "anna", artifact: "1-anna", sampleCount: 10, share: 1 }],
    exchange: null,
  });
});

test("a late joiner takes part from the next round, the fusing round included", () => {
  const during = run(...opened, joined("chen", 8));
  expect(openRoundOf(during)?.participants).toEqual(["anna", "bram"]);
  expect(submissionStanding(during, "chen", 1).kind).toBe("refused");
  const second = run(
    ...closing,
    aggregated(1),
    joined("chen", 21),
    submitted("anna", 2),
    submitted("bram", 2),
    aggregated(2, 30),
  );
  expect(roundsView(second).openRound).toMatchObject({ round: 3, participants: ["anna", "bram", "chen"] });
});

test("at the deadline the round closes with what it has; who is missing is told and stays for the next round", () => {
  const state = run(...opened, submitted("anna", 1), deadline(1, 1005), aggregated(1, 1010));
  expect(state.rounds).toMatchObject([{ round: 1, closedAt: 1010, participants: ["anna", "bram"], aggregated: ["anna"] }]);
  expect(enrolled(state, "bram")).toMatchObject({ status: "present", note: ["late"] });
  expect(openRoundOf(state)?.participants).toEqual(["anna", "bram"]);
});

test("with no answer at the deadline the round opens again, and after three times the federation fails", () => {
  const second = run(...opened, deadline(1, 1005));
  expect(roundsView(second).openRound).toMatchObject({ round: 1, attempt: 2, deadlineAt: 2005 });
  const third = run(...opened, deadline(1, 1005), deadline(1, 2005, 2));
  expect(roundsView(third).openRound).toMatchObject({ attempt: 3 });
  const ended = transition(third, deadline(1, 3005, 3)).state;
  expect(roundsView(ended)).toMatchObject({
    phase: "failed",
    note: "Nobody answered round 1 in time, 3 times. No shared adapter was made yet.",
    endedAt: 3005,
  });
});

test("a submission of an earlier attempt is still welcome in the next", () => {
  const state = run(...opened, deadline(1, 1005), submitted("anna", 1, 1100), submitted("bram", 1, 1101));
  expect(phaseOf(state)).toBe("aggregating");
});

test("a lost connection holds the round for the grace time only", () => {
  const state = run(...opened, submitted("anna", 1, 10), away("bram", 50));
  expect(phaseOf(state)).toBe("collecting");
  expect(transition(state, graceExpired("bram", 149)).state).toBe(state);
  const { state: next, commands } = transition(state, graceExpired("bram", 150));
  expect(phaseOf(next)).toBe("aggregating");
  expect(enrolled(next, "bram")).toMatchObject({ status: "left", note: ["lost"] });
  expect(commands).toContainEqual({ type: "cancelTimer", key: "grace:bram" });
});

test("who comes back within the grace time is outstanding again", () => {
  const state = run(...opened, away("bram", 50), returned("bram", 90), submitted("anna", 1, 95));
  expect(roundsView(state)).toMatchObject({ phase: "collecting", note: "Round 1 is open; waiting for bram." });
  expect(transition(state, graceExpired("bram", 200)).state).toBe(state);
});

test("who was away when a round opened takes part in it on return", () => {
  const state = run(...opened, submitted("anna", 1), submitted("bram", 1), away("bram", 15), aggregated(1, 20));
  expect(openRoundOf(state)?.participants).toEqual(["anna"]);
  expect(openRoundOf(transition(state, returned("bram", 30)).state)?.participants).toEqual(["anna", "bram"]);
});

test("when everyone leaves the round is kept until someone comes back, or the wait is over", () => {
  const state = run(...opened, left("anna", 10), left("bram", 11));
  expect(roundsView(state)).toMatchObject({ phase: "waiting", openRound: null });
  expect(commandsOf(run(...opened, left("anna", 10)), left("bram", 11))).toContainEqual({
    type: "startTimer",
    key: "wait",
    at: 11 + WAIT,
    event: { type: "waitExpired" },
  });
  const back = transition(state, returned("anna", 100)).state;
  expect(roundsView(back).openRound).toMatchObject({ round: 1, attempt: 2, participants: ["anna"] });
  const over = run(...closing, aggregated(1), left("anna", 30), left("bram", 31), simple("waitExpired", 31 + WAIT));
  expect(roundsView(over)).toMatchObject({
    phase: "stopped",
    note: "Everyone left and nobody came back. The shared adapter of round 1 is kept.",
  });
});

test("leaving often does not use up the attempts that deadlines have", () => {
  let state = run(...opened);
  for (let i = 0; i < 5; i++) {
    state = [left("anna", 20 + i), left("bram", 20 + i), returned("anna", 20 + i)].reduce(
      (before, event) => transition(before, event).state,
      state,
    );
  }
  expect(roundsView(state)).toMatchObject({ phase: "collecting", openRound: { attempt: 6 } });
});

test("a pause moves the deadline by its length", () => {
  const state = run(...opened, simple("paused", 105));
  expect(roundsView(state).openRound?.deadlineAt).toBeNull();
  expect(commandsOf(run(...opened), simple("paused", 105))).toEqual([{ type: "cancelTimer", key: "deadline:1:1" }]);
  expect(roundsView(transition(state, simple("resumed", 305)).state).openRound?.deadlineAt).toBe(1005 + 200);
});

test("what was completed during a pause goes on at its end", () => {
  const state = run(...opened, simple("paused", 8), submitted("anna", 1), submitted("bram", 1, 12));
  expect(phaseOf(state)).toBe("paused");
  expect(commandsOf(state, simple("resumed")).map(({ type }) => type)).toContain("aggregate");
});

test("a result that cannot be stored pauses, and is tried again on resume", () => {
  const state = run(...closing, failed("storage"));
  expect(roundsView(state)).toMatchObject({ phase: "paused", openRound: { round: 1 } });
  expect(commandsOf(state, simple("resumed", 40))).toMatchObject([{ type: "aggregate", round: 1 }]);
});

test("a damaged adapter is asked for again while there is time, with a deadline, and what others sent stays counted", () => {
  const state = run(...opened, submitted("anna", 1), submitted("bram", 1));
  const { state: next, commands } = transition(state, damaged("bram", 1, 20));
  expect(roundsView(next).openRound).toMatchObject({ round: 1, attempt: 2, submitted: ["anna"] });
  expect(commands).toEqual([
    { type: "startTimer", key: "deadline:1:2", at: 5 + DEADLINE, event: { type: "deadlinePassed", round: 1, attempt: 2 } },
  ]);
  expect(enrolled(next, "bram")).toMatchObject({
    history: [{ round: 1 }],
    note: ["damagedSentAgain", 1],
  });
  expect(next.log.at(-1)?.text).toBe("bram: the adapter of round 1 was damaged on the coordinator's disk; it is asked for again");
  expect(phaseOf(transition(next, submitted("bram", 1, 30)).state)).toBe("aggregating");
  // Nothing more comes: the round ends with what is there.
  expect(commandsOf(next, deadline(1, 5 + DEADLINE, 2)).at(-1)).toMatchObject({ inputs: [{ clientId: "anna" }] });
});

test("a damaged adapter is left out when there is no time or its client has left, and the rest is aggregated", () => {
  const state = run(...opened, submitted("anna", 1), submitted("bram", 1));
  for (const next of [
    transition(state, damaged("bram", 1, 5 + DEADLINE)),
    transition(run(...opened, submitted("anna", 1), submitted("bram", 1), left("bram", 20)), damaged("bram", 1, 21)),
  ]) {
    expect(next.commands).toMatchObject([{ type: "aggregate", round: 1, inputs: [{ clientId: "anna" }] }]);
    expect(next.state.log.at(-1)?.text).toMatch(/^bram: .* damaged .*; it is left out$/);
  }
  const alone = transition(state, damaged("bram", 1, 5 + DEADLINE)).state;
  const none = transition(alone, damaged("anna", 1, 6 + DEADLINE)).state;
  expect(roundsView(none).openRound).toMatchObject({ round: 1, attempt: 2, submitted: [] });
});

test("a removed client may not come back", () => {
  const state = run(...opened, removed("bram", 20));
  expect(transition(state, returned("bram", 30)).state).toBe(state);
});

test("a restart counts the time it took against nobody", () => {
  const { state, commands } = transition(run(...opened, submitted("anna", 1, 10)), simple("restarted", 5010));
  expect(roundsView(state)).toMatchObject({ phase: "collecting", openRound: { deadlineAt: 1005 + 5000 } });
  expect(state.clients.map(({ status, awayUntil }) => [status, awayUntil])).toEqual([
    ["away", 5110],
    ["away", 5110],
  ]);
  expect(commands).toContainEqual(expect.objectContaining({ type: "startTimer", key: "deadline:1:1", at: 6005 }));
});

test("the mean loss of a round is weighted by training rows", () => {
  const state = run(
    joined("anna", 0, 30),
    joined("bram", 5, 10),
    submitted("anna", 1, 10, 0.2),
    submitted("bram", 1, 11, 1),
    aggregated(1),
  );
  expect(state.rounds[0]?.meanLoss).toBeCloseTo((30 * 0.2 + 10 * 1) / 40, 12);
});

test("the rounds after the last aggregated one fuse and finish without an aggregation", () => {
  const state = run(
    ...closing,
    aggregated(1),
    submitted("anna", 2, 30),
    submitted("bram", 2, 31),
    aggregated(2, 40),
    submitted("anna", 3, 50),
  );
  const { state: end, commands } = transition(state, submitted("bram", 3, 51));
  expect(roundsView(end)).toMatchObject({ phase: "finished", endedAt: 51, note: "All rounds are done." });
  expect(commands).toEqual([{ type: "cancelTimer", key: "deadline:3:1" }]);
  expect(end.modelRound).toBe(2);
  expect(end.rounds.map(({ aggregationError }) => aggregationError)).toContain(0.125);
  expect(end.moduleErrors).toEqual([{ module: "q", error: 0.5 }]);
});

test("fusing is not counted among the rounds: it is said by its name when it begins, while it lasts, and when it is over", () => {
  const fusing = run(...closing, aggregated(1), submitted("anna", 2, 30), submitted("bram", 2, 31), aggregated(2, 40));
  expect(roundsView(fusing).note).toBe("Everyone makes what it serves; waiting for anna, bram.");
  const end = [submitted("anna", 3, 50), submitted("bram", 3, 51)].reduce(
    (state, event) => transition(state, event).state,
    fusing,
  );
  const said = roundsView(end).events.map(({ text }) => text);
  expect(said.slice(-4)).toEqual([
    "Round 2 closed with 2 of 2",
    "The finish began for 2 clients",
    "The finish ended with 2 of 2",
    "All rounds are done",
  ]);
});

describe("clients that left", () => {
  const many = Array.from({ length: 100 }, (_, k): RoundEvent[] => [
    joined(`c${k}`, 20 + 2 * k),
    left(`c${k}`, 21 + 2 * k),
  ]).flat();
  const names = ({ clients }: RoundState) => clients.map(({ id }) => id);

  it("are forgotten when they contributed nothing, but for the last few", () => {
    const state = run(...opened, submitted("anna", 1), left("anna", 11), ...many);
    expect(names(state)).toEqual(["anna", "bram", ...Array.from({ length: MAX_IDLE_LEFT }, (_, k) => `c${80 + k}`)]);
  });

  it("stay while the open round knows them, and while they may come back", () => {
    const state = run(...opened, left("bram", 11), joined("c", 12), away("c", 13), ...many);
    expect(names(state).slice(0, 3)).toEqual(["anna", "bram", "c"]);
    expect(names(state)).toHaveLength(3 + MAX_IDLE_LEFT);
  });

  it("are enrolled again by a journal in which they came back", () => {
    const state = run(...opened, ...many, returned("c3", 400));
    expect(state.clients.at(-1)).toMatchObject({ id: "c3", status: "present" });
    expect(names(state)).toHaveLength(3 + MAX_IDLE_LEFT);
  });
});
