import { snapshotOf } from "@duet/client/testing/snapshots";
import { expect, test } from "vitest";
import { noticeOf } from "./noticeView.ts";

const collecting = (submitted: string[], round = 1) =>
  snapshotOf({
    phase: "collecting",
    openRound: { round, attempt: 1, participants: ["anna", "bram"], submitted, deadlineAt: null, exchange: null },
  });

test("the one that everybody waits for is called, once a round, and nobody else", () => {
  expect(noticeOf(collecting([]), collecting(["bram"]), "anna")?.title).toMatch(/: Round 1 of \d+ waits for you$/);
  expect(noticeOf(collecting(["bram"]), collecting(["bram"]), "anna")).toBeNull();
  expect(noticeOf(collecting([]), collecting(["bram"]), "bram")).toBeNull();
  expect(noticeOf(collecting([]), collecting(["bram"]), null)).toBeNull();
});

test("a client that is alone in its round is not called to it", () => {
  const open = { round: 1, attempt: 1, participants: ["anna"], submitted: [], deadlineAt: null, exchange: null };
  expect(noticeOf(snapshotOf({}), snapshotOf({ phase: "collecting", openRound: open }), "anna")).toBeNull();
});

test("every end is told, to whoever looks on, and once", () => {
  const running = collecting(["anna", "bram"]);
  for (const phase of ["finished", "stopped", "failed"] as const) {
    const ended = snapshotOf({ phase, openRound: null });
    expect(noticeOf(running, ended, null)?.title).toMatch(new RegExp(`: ${phase}$`));
    expect(noticeOf(ended, ended, null)).toBeNull();
  }
});
