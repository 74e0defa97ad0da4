import fc from "fast-check";
import { expect, test } from "vitest";
import { createFakeSystemTime, type FakeSystemTime } from "../../test/support/fakeSystemTime.ts";
import { introduction, loopOver, memoryJournal, loopPolicy as policy } from "../../test/support/loopParts.ts";
import { type Clock, createClock } from "../ports/clock.ts";
import { openRoundLog } from "./roundLog.ts";

const TWO_HOURS = 2 * 60 * 60_000;
const early = fc.array(fc.double({ min: 1, max: 5, noNaN: true }), { minLength: 1, maxLength: 30 });
const jumps = fc.array(fc.integer({ min: -TWO_HOURS, max: TWO_HOURS }), { minLength: 1, maxLength: 30 });

/** Calls back when the system's timer fires, however early that is: what a careless clock does. */
function carelessClock(system: FakeSystemTime): Clock {
  const { now } = createClock(system);
  return { now, at: (instant, callback) => system.after(Math.max(0, instant - now()), callback) };
}

test.each([
  ["the clock", createClock],
  ["a clock that calls back early", carelessClock],
])("over %s every deadline, grace and wait ends exactly once and never early", async (_, clockOver) => {
  await fc.assert(
    fc.asyncProperty(early, jumps, async (earlyMs, wallJumps) => {
      let i = 0;
      const system = createFakeSystemTime(() => earlyMs[i++ % earlyMs.length] ?? 1);
      const clock = clockOver(system);
      const { journal, entries } = memoryJournal();
      const log = openRoundLog(policy, clock.now(), journal, []);
      const loop = loopOver({ log, clock });
      const began = system.monotonic();
      for (const clientId of ["b", "a"]) await loop.inTurn(() => loop.apply({ type: "clientJoined", clientId, introduction }));
      await loop.inTurn(() => loop.apply({ type: "clientAway", clientId: "a" }));
      for (let step = 0; loop.state.endedAt === null && step < 5000; step++) {
        expect(system.fireNext()).toBe(true);
        system.setWall(wallJumps[step % wallJumps.length] ?? 0);
        await loop.inTurn(async () => undefined);
        const isOver = loop.state.clients.find(({ id }) => id === "b")?.status === "left";
        // The second attempt has begun: b goes too, and everything waits for somebody.
        if (!isOver && loop.state.phase.kind === "collecting" && loop.state.phase.open.attempt === 2) {
          await loop.inTurn(() => loop.apply({ type: "clientAway", clientId: "b" }));
        }
      }
      const fired = entries.map(({ event }) => event).filter(({ type }) => /Passed|Expired/.test(type));
      expect(fired).toMatchObject([
        { type: "graceExpired", clientId: "a" },
        { type: "deadlinePassed", attempt: 1 },
        { type: "graceExpired", clientId: "b" },
        { type: "waitExpired" },
      ]);
      const [, deadline, , wait] = fired.map(({ at }) => at - (entries[0]?.event.at ?? 0));
      const { roundDeadlineMs, reconnectGraceMs, waitMs } = policy;
      expect(deadline).toBeGreaterThanOrEqual(roundDeadlineMs);
      expect(deadline).toBeLessThan(roundDeadlineMs + 10);
      const whole = roundDeadlineMs + reconnectGraceMs + waitMs;
      expect(wait).toBeGreaterThanOrEqual(whole);
      expect(wait).toBeLessThan(whole + 30);
      expect(system.monotonic() - began).toBeGreaterThan(whole - 2);
      expect(system.monotonic() - began).toBeLessThan(whole + 30);
      await loop.close();
    }),
    { numRuns: 60 },
  );
});
