import { clientOf, collecting, snapshotOf } from "@duet/client/testing/snapshots";
import { expect, test } from "vitest";
import { waitView } from "./waitView.ts";

const open = (change: object) => ({
  openRound: {
    round: 1,
    attempt: 1,
    participants: ["anna", "bram", "chen"],
    submitted: ["anna"],
    deadlineAt: 100_000,
    exchange: null,
    ...change,
  },
  clients: ["anna", "bram", "chen", "dora", "emil"].map((id) => clientOf(id)),
});

const tabOf = (clientId: string) => ({ clientId, stage: { kind: "waiting" as const } });

test("who is done, for whom it waits, and what happens at the deadline", () => {
  const snapshot = collecting(1, open({}));
  const { reason, countdown } = waitView(snapshot, tabOf("bram"), 40_000);
  expect(reason).toBe("anna is done. Waiting for you and chen. In 1 min the round closes with those who have answered.");
  expect(countdown).toEqual({ secondsLeft: 60, share: 60 / snapshot.config.roundDeadlineSeconds });
  expect(waitView(snapshot, tabOf("anna"), 40_000).reason).toMatch(/^You are done\. Waiting for bram and chen\./);
});

test("a federation that waits for more clients says what comes then, not once more that it waits", () => {
  const note = "Waiting for 1 more client before the next round opens.";
  const short = { note, told: [["waitingForMore", 1]] as const, clients: [clientOf("anna")] };
  expect(waitView(snapshotOf(short), null, 0).reason).toBe("It goes on by itself then.");
  expect(waitView(snapshotOf({ ...short, clients: [clientOf("anna"), clientOf("bram")] }), null, 0).reason).toBe(note);
});

test("who is at the door waits to be let in, whatever the federation waits for", () => {
  const atTheDoor = { clientId: null, stage: { kind: "awaitingApproval" as const } };
  const short = snapshotOf({ clients: [clientOf("anna")] });
  expect(waitView(short, atTheDoor, 0)).toEqual({
    status: "Waiting to be let in",
    reason: "The organiser has to let you in. The federation: Waiting for 1 more client.",
    countdown: null,
  });
  expect(waitView(collecting(1, open({})), atTheDoor, 40_000)).toMatchObject({
    reason: "The organiser has to let you in. The federation: Round 1 of 2.",
    countdown: null,
  });
});

test("who was removed hears no more: what it sees is of then, and nothing is waited for", () => {
  const removed = (why: "removed" | "left") => ({
    clientId: "anna",
    stage: { kind: "removed" as const, reason: "It was removed", why },
  });
  const snapshot = collecting(1, open({}));
  expect(waitView(snapshot, removed("removed"), 40_000)).toEqual({
    status: "No longer taking part",
    reason: "What stands below is how it was when this tab was removed.",
    countdown: null,
  });
  expect(waitView(snapshot, removed("left"), 40_000).countdown?.secondsLeft).toBe(60);
  expect(waitView({ ...snapshot, phase: "stopped" }, removed("removed"), 40_000).status).toBeNull();
});

test("a past deadline is no negative time, and none is no countdown", () => {
  expect(waitView(collecting(1, open({})), null, 200_000).countdown?.secondsLeft).toBe(0);
  expect(waitView(collecting(1, open({ deadlineAt: null })), null, 0).countdown).toBeNull();
});

test("many are a number", () => {
  const participants = ["anna", "bram", "chen", "dora", "emil"];
  const { reason } = waitView(collecting(1, open({ participants, submitted: [] })), tabOf("anna"), 0);
  expect(reason).toMatch(/^Waiting for you and 4 others\./);
});

test("who was not drawn for the round is told so", () => {
  const snapshot = collecting(1, open({}));
  const drawing = { ...snapshot, config: { ...snapshot.config, clientSampling: { clients: 3, reserve: 0 } } };
  expect(waitView(drawing, tabOf("dora"), 40_000).reason).toMatch(
    /^You were not drawn for this round; your turn comes\. anna is done\./,
  );
  expect(waitView(drawing, tabOf("bram"), 40_000).reason).toMatch(/^anna is done\./);
  expect(waitView(drawing, null, 40_000).reason).toMatch(/^anna is done\./);
});

test("outside of a round it is what the coordinator says", () => {
  expect(waitView(snapshotOf({ note: "Paused by the organiser." }), null, 0)).toEqual({
    status: null,
    reason: "Paused by the organiser.",
    countdown: null,
  });
});
