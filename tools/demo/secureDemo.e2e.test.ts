/** `npm run demo -- --secure`, as small as it can be: a tab is killed between its shares and its masked update, and everybody is in the sum. */
import { expect, test } from "vitest";
import { smallDemo } from "./smallDemo.ts";

test("a secure demo finishes with all tabs in every sum, one of which was killed before its masked update, and its report says so", async () => {
  const { federation, clients, rounds } = await smallDemo("--secure");
  expect(federation).toMatchObject({ ended: "finished", secure: true });
  expect(federation.killed).toHaveLength(1);
  expect(rounds.length).toBeGreaterThan(1);
  for (const { exchanges, aggregated, dropouts } of rounds) {
    expect(exchanges).toBeGreaterThan(0);
    expect([aggregated.length, dropouts]).toEqual([clients.length, []]);
  }
  for (const { accuracy, bytesUp } of clients) {
    expect(accuracy.fused).toBeGreaterThan(0);
    expect(bytesUp).toBeGreaterThan(100_000);
  }
}, 300_000);
