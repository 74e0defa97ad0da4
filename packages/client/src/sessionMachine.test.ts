import type { DoneRound, RoundBeginning, RoundKey } from "@duet/lora-core/contract/clientRound";
import type { RoundView, Snapshot } from "@duet/lora-core/protocol/snapshot";
import { say } from "@duet/lora-core/sayings/saying";
import { describe, expect, test } from "vitest";
import { type SessionEffect, type SessionEvent, type SessionMachine, stepSession } from "./sessionMachine.ts";
import { SESSION_SENTENCES } from "./sessionNotes.ts";
import { initialMachine } from "./sessionStart.ts";
import type { SessionState } from "./sessionState.ts";
import type { SurroundingsChange } from "./surroundings.ts";
import { clientOf, collecting, metricsOf, roundOf, snapshotOf } from "./testing/snapshots.ts";

const device = { backend: "webgpu", threads: 1, reason: "There is a WebGPU adapter.", description: "a GPU" } as const;
const samples = { train: 60, fusion: 10, test: 30 };
const opened: SessionEvent = { kind: "opened", device, modelKept: true, samples, kept: { checkpoint: null, done: null } };

const opening = initialMachine({
  config: snapshotOf().config,
  identity: { inviteToken: "", name: "Anna", figures: "everybody", known: null },
  kept: { checkpoint: null, done: null },
});

/** What comes of events one after the other: the last state, and the effects of every step. */
function after(machine: SessionMachine, ...events: readonly SessionEvent[]) {
  const effects: SessionEffect[][] = [];
  for (const event of events) {
    const step = stepSession(machine, event);
    machine = step.machine;
    effects.push([...step.effects]);
  }
  return { machine, effects, last: effects.at(-1) ?? [] };
}

const joined = (snapshot = snapshotOf()): SessionEvent => ({ kind: "joined", clientId: "anna", snapshot });
const seen = (snapshot = snapshotOf()): SessionEvent => ({ kind: "seen", snapshot });
const first: RoundKey = { round: 1, attempt: 1 };
const done: DoneRound = { ...first, submitted: false, upload: Uint8Array.of(1), metrics: metricsOf(), confusion: null };
const blobs = { personal: Uint8Array.of(1), shared: Uint8Array.of(2) };
const worked: SessionEvent = {
  kind: "worked",
  key: first,
  round: { checkpoint: { lastRound: 1, ...blobs }, done, isKept: true },
};
const working = after(opening, opened, joined(collecting(1))).machine;
const submitting = after(working, worked).machine;
const counted = collecting(1, {
  openRound: { round: 1, attempt: 1, participants: ["anna", "bram"], submitted: ["anna"], deadlineAt: null, exchange: null },
});

test("opens, joins, keeps its rows, works on the open round, submits and waits", () => {
  const { machine, effects } = after(opening, opened, joined(collecting(1)), worked, { kind: "submitted", key: first });
  expect(effects.map((step) => step.map(({ kind }) => kind))).toEqual([["join"], ["keep", "work"], ["submit"], ["confirm"]]);
  expect(machine.view.stage).toEqual({ kind: "waiting" });
  expect(machine.standing).toEqual({ ...first, submitted: true });
  expect(machine.view.adapters).toMatchObject({ round: 1 });
});

test("a second answer to one join begins nothing twice", () => {
  const { last, machine } = after(working, joined(collecting(1)));
  expect(last).toEqual([]);
  expect(machine.doing).toEqual(first);
});

test("a snapshot that comes before the answer to the join begins nothing", () => {
  const { last } = after(opening, opened, seen(collecting(1)));
  expect(last).toEqual([]);
});

test.each([
  ["while the base is loaded", opening, 0],
  ["while joining", after(opening, opened).machine, 1],
  ["while working", working, 1],
  ["while submitting", submitting, 1],
  ["while waiting", after(submitting, { kind: "submitted", key: first }).machine, 1],
] as const)("after a reconnection %s it joins again if it can, and what runs goes on", (_, machine, joins) => {
  const { last, machine: next } = after(machine, { kind: "disconnected" }, { kind: "connected" });
  expect(last.filter(({ kind }) => kind === "join")).toHaveLength(joins);
  expect(next.doing).toEqual(machine.doing);
  const again = after(next, joined(collecting(1)));
  expect(again.last.filter(({ kind }) => kind === "work" || kind === "submit")).toEqual(
    // Only where nothing ran is the open round begun; a finished one is not begun again.
    machine.engine === "ready" && !machine.doing && !machine.standing ? [expect.objectContaining({ kind: "work" })] : [],
  );
});

test("while the connection is away nothing is begun, and progress is shown but not sent", () => {
  const away = after(working, { kind: "disconnected" }).machine;
  expect(after(away, seen(collecting(2))).last).toEqual([]);
  const progress = { round: 1, activity: "training", slot: "shared", step: 3, steps: 12, loss: 1.5, tokensPerSecond: 9 } as const;
  const shown = after(away, { kind: "progressed", progress });
  expect(shown.last).toEqual([]);
  expect(shown.machine.view.losses).toEqual([{ round: 1, step: 3, loss: 1.5 }]);
  expect(after(working, { kind: "progressed", progress }).last).toEqual([{ kind: "report", progress }]);
});

test("what learning alone loses for the comparison is told, and no point among the federation's losses", () => {
  const progress = { round: 1, activity: "training", slot: "alone", step: 3, steps: 12, loss: 1.5, tokensPerSecond: 9 } as const;
  const { last, machine } = after(working, { kind: "progressed", progress });
  expect(last).toEqual([{ kind: "report", progress }]);
  expect(machine.view.losses).toEqual([]);
});

test("a round that is over while it is worked on is cancelled, then the open one is begun", () => {
  const cancelled = after(working, seen(collecting(2)));
  expect(cancelled.last).toEqual([{ kind: "cancel" }]);
  const next = after(cancelled.machine, { kind: "interrupted", key: first, isOutdated: false });
  expect(next.last).toEqual([expect.objectContaining({ kind: "work", key: { round: 2, attempt: 1 } })]);
});

test("a submission that comes too late rests, and looks again", () => {
  const resting = after(submitting, { kind: "interrupted", key: first, isOutdated: true });
  expect(resting.last).toEqual([{ kind: "rest" }]);
  expect(after(resting.machine, seen(collecting(2))).last).toEqual([]);
  expect(after(resting.machine, seen(collecting(2)), { kind: "rested" }).last).toEqual([
    expect.objectContaining({ kind: "work", key: { round: 2, attempt: 1 } }),
  ]);
});

test("a submission that a snapshot counts is done, however late its acknowledgement is", () => {
  const settled = after(submitting, seen(counted));
  expect(settled.last).toEqual([{ kind: "confirm", key: first }]);
  expect(settled.machine.standing).toEqual({ ...first, submitted: true });
  // The acknowledgement itself then changes nothing, nor does a refusal in its place.
  expect(after(settled.machine, { kind: "submitted", key: first })).toMatchObject({ last: [], machine: settled.machine });
  expect(after(settled.machine, { kind: "interrupted", key: first, isOutdated: true }).last).toEqual([]);
});

test("a kept result that was counted before a reload is not sent again", () => {
  const kept = { checkpoint: { lastRound: 1, ...blobs }, done };
  const back = after(opening, { ...opened, kept }, joined(counted));
  expect(back.last).toEqual([
    { kind: "keep", clientId: "anna" },
    { kind: "confirm", key: first },
  ]);
  const lost = after(opening, { ...opened, kept }, joined(collecting(1)));
  expect(lost.last).toEqual([
    { kind: "keep", clientId: "anna" },
    { kind: "submit", key: first },
  ]);
});

test("a lost device opens the base again on wasm, joins again, and runs the round once more", () => {
  const lost = after(working, { kind: "deviceLost", key: first });
  expect(lost.last).toEqual([{ kind: "open", backend: "wasm" }]);
  expect(after(lost.machine, seen(collecting(1))).last).toEqual([]);
  const again = after(lost.machine, opened, joined(collecting(1)));
  expect(again.effects).toEqual([
    [{ kind: "join" }],
    [{ kind: "keep", clientId: "anna" }, expect.objectContaining({ kind: "work", key: first })],
  ]);
});

test("leaving, being replaced, failing and the end stop what runs; afterwards nothing changes", () => {
  const failure = { sentence: "The loss is not a number after step 3.", nextStep: "Tell the organiser." };
  const ends: [SessionEvent, string, string][] = [
    [{ kind: "left" }, "left", "removed"],
    [{ kind: "replaced", reason: "The organiser removed this client", why: "removed" }, "removed", "removed"],
    [{ kind: "failed", failure }, "failed", "failed"],
    [seen(snapshotOf({ phase: "stopped", note: "Stopped by the organiser." })), "finished", "finished"],
    [seen(snapshotOf({ clients: [clientOf("anna", { status: "left", note: "Gone for too long." })] })), "removed", "removed"],
  ];
  for (const [event, how, stage] of ends) {
    const { machine, last } = after(working, event);
    expect(last).toEqual([{ kind: "cancel" }, expect.objectContaining({ kind: "end", how })]);
    expect(machine.view.stage.kind).toBe(stage);
    for (const late of [worked, joined(), seen(collecting(2)), { kind: "connected" } as const]) {
      expect(after(machine, late)).toMatchObject({ machine, last: [] });
    }
  }
});

test("a result of work that is no longer wanted is kept as the client's adapters, and not sent", () => {
  const lost = after(working, { kind: "deviceLost", key: first }).machine;
  const { machine, last } = after(lost, worked);
  expect(last).toEqual([]);
  expect(machine.view.adapters).toMatchObject({ round: 1 });
});

test("says when this device could not keep the client", () => {
  expect(after(working, { kind: "kept", isKept: false }).machine.view.canResume).toBe(false);
});

describe("what is out of the ordinary is said", () => {
  const training = { step: 120, steps: 300 };
  const resumed = { kind: "resumed", training, backend: "webgpu", isExact: true } as const;
  const said = (notes: SessionState["notes"]) => notes.map((note) => say(SESSION_SENTENCES, note));
  const notes = (...events: readonly SessionEvent[]) => said(after(working, ...events).machine.view.notes);
  const around = (change: SurroundingsChange, at = 0): SessionEvent => ({ kind: "surroundings", change, at });

  test.each<[RoundBeginning, readonly string[]]>([
    [{ kind: "new" }, []],
    [resumed, ["Goes on at step 120 of 300."]],
    [{ ...resumed, training: null }, ["Goes on where this round was interrupted."]],
    [
      { ...resumed, backend: "wasm", isExact: false },
      ["Goes on at step 120 of 300 with webgpu, after wasm: the last digits can differ."],
    ],
    [
      { ...resumed, isExact: false, isPrivate: true },
      ["Goes on at step 120 of 300, with new samples and new noise. What was lost stays spent of the privacy budget."],
    ],
    [{ ...resumed, isExact: false }, ["Goes on at step 120 of 300 with less memory than before: the last digits can differ."]],
    [{ kind: "anew" }, ["This round begins anew: what was kept of it could not be gone on from."]],
  ])("how a round begins: %j", (beginning, expected) => {
    expect(notes({ kind: "began", key: first, beginning })).toEqual(expected);
  });

  test("but not how a round began that is wanted no more", () => {
    expect(notes({ kind: "began", key: { round: 1, attempt: 2 }, beginning: resumed })).toEqual([]);
  });

  test("a lost device", () => {
    expect(notes({ kind: "deviceLost", key: first })).toEqual([expect.stringMatching(/^The graphics device was lost/)]);
  });

  test("the network", () => {
    expect(notes(around({ kind: "offline" }), around({ kind: "online" }), around({ kind: "networkChanged" }))).toEqual([
      expect.stringMatching(/^This device has no network: training goes on/),
      "The network is back.",
      "The network changed: this tab connects again.",
    ]);
  });

  test("a tab that was hidden for long, not one that was for a moment", () => {
    const twice = (ms: number) => notes(around({ kind: "hidden" }, 1_000), around({ kind: "shown" }, 1_000 + ms));
    expect(twice(20_000)).toEqual([]);
    expect(twice(12 * 60_000)).toEqual(["This tab was hidden for 12 minutes and went on meanwhile."]);
    expect(notes(around({ kind: "shown" }, 5e6))).toEqual([]);
  });

  test.each<[string, Snapshot, RegExp]>([
    ["is still open", collecting(1), /it is still open, and goes on/],
    ["was counted", counted, /the coordinator has its result/],
    ["ended", collecting(2, { rounds: [roundOf(1, { aggregated: ["bram"] })] }), /it ended without this tab/],
  ])("a sleep, and that the round of before %s", (_, snapshot, fate) => {
    const slept = after(working, around({ kind: "woke", sleptMs: 25 * 60_000 }));
    expect(slept.last).toEqual([]);
    expect(slept.machine.doing).toEqual(first);
    const { machine } = after(slept.machine, { kind: "disconnected" }, { kind: "connected" }, joined(snapshot));
    expect(said(machine.view.notes)).toEqual([
      "This device was asleep for 25 minutes: this tab connects again.",
      expect.stringMatching(fate),
    ]);
  });

  test("a sleep while there was nothing to do is said once", () => {
    const idle = after(opening, opened, joined()).machine;
    const woke = after(idle, around({ kind: "woke", sleptMs: 3 * 3_600_000 }), joined());
    expect(said(woke.machine.view.notes)).toEqual(["This device was asleep for 3 hours: this tab connects again."]);
  });

  describe("a round that ended without it", () => {
    const ended = (round: number, change: Partial<RoundView>, why: string, more: Partial<Snapshot> = {}) =>
      seen(
        collecting(round + 1, {
          rounds: [roundOf(round, change)],
          clients: [clientOf("anna", { told: [why] }), clientOf("bram")],
          ...more,
        }),
      );

    test("and why, once", () => {
      const without = { aggregated: ["bram"] };
      expect(notes(ended(1, without, "late"), ended(1, without, "late"))).toEqual([
        "A round ended without this tab: it did not answer in time. It goes on with the next one by itself.",
      ]);
      expect(notes(ended(1, without, "skipped", { endedAt: 9 }))).toEqual([
        "The last round ended without this tab: the organiser did not wait for it. It keeps what it had before.",
      ]);
    });

    test("but not one that it was in, was not asked for, or is another story of", () => {
      expect(notes(ended(1, {}, "late"))).toEqual([]);
      expect(notes(ended(1, { participants: ["bram"], aggregated: ["bram"] }, "late"))).toEqual([]);
      expect(notes(ended(1, { aggregated: ["bram"] }, "catchesUp"))).toEqual([]);
    });
  });

  test("only the newest twenty are kept", () => {
    const many = Array.from({ length: 15 }, () => [around({ kind: "offline" }), around({ kind: "online" })]).flat();
    expect(notes(...many)).toHaveLength(20);
  });
});

test("a client that the organiser has to admit shows that it waits, also after a reconnection, and goes on once it is in", () => {
  const asking = after(opening, opened, { kind: "asked" });
  expect(asking.machine.view.stage).toEqual({ kind: "awaitingApproval" });
  const again = after(asking.machine, { kind: "disconnected" }, { kind: "connected" }, { kind: "asked" }, { kind: "asked" });
  expect(again.effects).toEqual([[], [{ kind: "join" }], [], []]);
  expect(again.machine.view.stage).toEqual({ kind: "awaitingApproval" });
  expect(after(again.machine, joined(collecting(1))).machine.view.stage.kind).toBe("working");
  // An answer that is late says nothing about a client that is in.
  expect(after(working, { kind: "asked" }).machine).toBe(working);
});

test("what was learned alone is told once a round asks for it, however long nobody did, and is told again after a rest", () => {
  const key = { round: 0, attempt: 1 };
  const kept = { checkpoint: { lastRound: 0, ...blobs }, done: { ...done, ...key } };
  const others = { round: 4, attempt: 1, participants: ["bram"], submitted: [], deadlineAt: null, exchange: null };
  const told = (catchingUp: string[]) =>
    collecting(4, { openRound: others, rounds: [roundOf(0, { aggregated: ["bram"] })], catchingUp });
  // The next round leaves nothing of it, so that nobody is named.
  const back = after(opening, { ...opened, kept }, joined(told([])));
  expect(back.last).toEqual([{ kind: "keep", clientId: "anna" }]);
  expect(back.machine.standing).toEqual({ ...key, submitted: false });
  const named = after(back.machine, seen(told(["anna"])));
  expect(named.last).toEqual([{ kind: "submit", key }]);
  const answered = after(named.machine, { kind: "submitted", key });
  expect(answered.last).toEqual([{ kind: "confirm", key }, { kind: "rest" }]);
  // The snapshot at hand was from before; one that still names it asks again.
  expect(after(answered.machine, seen(told([])), { kind: "rested" }).effects).toEqual([[], []]);
  expect(after(answered.machine, seen(told(["anna"])), { kind: "rested" }).effects).toEqual([[], [{ kind: "submit", key }]]);
});
