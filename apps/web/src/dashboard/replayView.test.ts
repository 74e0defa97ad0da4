import { clientOf, metricsOf, roundOf, snapshotOf } from "@duet/client/testing/snapshots";
import { expect, test } from "vitest";
import { headlineView } from "./headlineView.ts";
import { stripView } from "./progressView.ts";
import { asOfRound, replayedRound, replayStops } from "./replayView.ts";
import { timelineView } from "./timelineView.ts";
import { clientNote, phaseNote } from "./told/toldText.ts";

const at = (round: number, shared: number) => ({
  round,
  metrics: metricsOf({ accuracy: { base: 0.3, personal: null, shared, fused: null } }),
  standing: null,
});
const closed = (round: number, aggregated: string[], participants = aggregated) =>
  roundOf(round, { openedAt: 1000 * round, closedAt: 1000 * round + 900, participants, aggregated });

const rounds = [
  closed(0, ["anna", "bram"]),
  closed(1, ["anna"], ["anna", "bram"]),
  closed(2, ["anna", "cleo"]),
  closed(3, ["anna", "cleo"]),
];
const snapshot = snapshotOf({
  phase: "finished",
  endedAt: 4000,
  rounds,
  clients: [
    clientOf("anna", { history: [at(0, 0.4), at(1, 0.5), at(2, 0.6), at(3, 0.8)] }),
    clientOf("bram", { status: "left", history: [at(0, 0.2)] }),
    clientOf("cleo", { history: [at(2, 0.7), at(3, 0.9)] }),
  ],
  events: [
    { at: 950, text: "early", clientId: null },
    { at: 3500, text: "late", clientId: null },
  ],
});

test("a replay stops at every closed round, and ends with the federation as it is", () => {
  expect(replayStops(snapshot).map(({ round }) => round)).toEqual([0, 1, 2, null]);
  expect(replayStops(snapshot).at(-1)?.label).toBe("The end");
  const running = snapshotOf({ phase: "collecting", rounds: [...rounds.slice(0, 2), roundOf(2, { closedAt: null })] });
  expect(replayStops(running).map(({ round, label }) => [round, label])).toEqual([
    [0, "Learning alone"],
    [1, expect.stringMatching(/^Round 1 of/)],
    [null, "Now"],
  ]);
});

test("what no replay stops at is not replayed: a round that is open, the last of a federation that is over, and none", () => {
  const asked = (of: typeof snapshot) => [0, 1, 2, 3, 9, null].map((round) => replayedRound(replayStops(of), round));
  expect(asked(snapshot)).toEqual([0, 1, 2, null, null, null]);
  const running = snapshotOf({ phase: "collecting", rounds: [...rounds.slice(0, 1), roundOf(1, { closedAt: null })] });
  expect(asked(running)).toEqual([0, null, null, null, null, null]);
});

test("as of a round there are its figures, events and clients, and none of later ones", () => {
  const replayed = asOfRound(snapshot, 1);
  expect(replayed.rounds.map(({ round }) => round)).toEqual([0, 1]);
  expect(replayed.clients.map(({ id, status, history }) => [id, status, history.length])).toEqual([
    ["anna", "present", 2],
    ["bram", "away", 1],
  ]);
  expect(replayed.events.map(({ text }) => text)).toEqual(["early"]);
  // Of anna's 0.5 and bram's 0.2: the newest that each had told by then.
  expect(headlineView(replayed, null)?.to).toBeCloseTo(0.35);
  expect(headlineView(snapshot, null)?.to).toBeCloseTo((0.8 + 0.2 + 0.9) / 3);
});

test("who has left by then stays as one that left, and the lanes after it are to come", () => {
  const replayed = asOfRound(snapshot, 2);
  expect(replayed.clients.map(({ id, status }) => [id, status])).toEqual([
    ["anna", "present"],
    ["bram", "left"],
    ["cleo", "present"],
  ]);
  const [anna] = timelineView(replayed).lanes;
  expect(anna?.cells.slice(0, 4).map(({ kind }) => kind)).toEqual(["counted", "counted", "counted", "ahead"]);
});

test("its line of status is of that moment, and does not go on", () => {
  const strip = stripView(asOfRound(snapshot, 1), 99_000_000);
  expect(strip).toMatchObject({ status: expect.stringMatching(/^Round 1 of/), presence: "1 of 2 here", timing: "took 2 s" });
});

test("what is said of the federation and its clients now is not said of then", () => {
  const now = { phase: "finished", note: "All rounds are done.", told: [["finished"]] } as const;
  const clients = snapshot.clients.map((client) => ({ ...client, note: "connection lost", told: ["lost"] as const }));
  const replayed = asOfRound({ ...snapshot, ...now, clients }, 1);
  expect(phaseNote(replayed)).toMatch(/^Replayed: as it stood at /);
  expect(replayed.clients.map(clientNote)).toEqual([null, null]);
});
