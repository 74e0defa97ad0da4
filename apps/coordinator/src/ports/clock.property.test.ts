import fc from "fast-check";
import { expect, test } from "vitest";
import { createFakeSystemTime } from "../../test/support/fakeSystemTime.ts";
import { createClock, startingFrom } from "./clock.ts";

const TWO_HOURS = 2 * 60 * 60_000;
const MONTH = 31 * 24 * 60 * 60_000;

const early = fc.array(fc.double({ min: 1, max: 5, noNaN: true }), { minLength: 1, maxLength: 50 });
const jumps = fc.array(fc.integer({ min: -TWO_HOURS, max: TWO_HOURS }), { maxLength: 30 });
const delays = fc.array(fc.oneof(fc.integer({ min: -10, max: 60_000 }), fc.integer({ min: 0, max: 2 * MONTH })), {
  minLength: 1,
  maxLength: 12,
});

/** The values in turn, for ever. */
function inTurn(values: readonly number[], otherwise: number): () => number {
  let i = 0;
  return () => values[i++ % values.length] ?? otherwise;
}

test("however early timers fire and wherever the wall clock is set, a callback comes once, never early and at most a few ms late", () => {
  fc.assert(
    fc.property(early, jumps, delays, (earlyMs, wallJumps, delaysMs) => {
      const system = createFakeSystemTime(inTurn(earlyMs, 1));
      const clock = createClock(system);
      const start = clock.now();
      const began = system.monotonic();
      const fired = new Map<number, number>();
      for (const [i, delay] of delaysMs.entries()) {
        clock.at(start + delay, () => {
          expect(fired.has(i)).toBe(false);
          fired.set(i, system.monotonic() - began);
          expect(clock.now()).toBeGreaterThanOrEqual(start + delay);
        });
      }
      const jump = inTurn(wallJumps, 0);
      let last = clock.now();
      while (system.fireNext()) {
        system.setWall(jump());
        expect(clock.now()).toBeGreaterThanOrEqual(last);
        // Never a leap either: what the monotonic clock counted, to the rounded millisecond.
        expect(Math.abs(clock.now() - start - (system.monotonic() - began))).toBeLessThanOrEqual(1);
        last = clock.now();
      }
      for (const [i, delay] of delaysMs.entries()) {
        expect(fired.get(i)).toBeGreaterThan(Math.max(0, delay - 1));
        expect(fired.get(i)).toBeLessThan(Math.max(0, delay) + 2);
      }
    }),
    { numRuns: 200 },
  );
});

test("a cancelled callback never comes, also between two approaches", () => {
  const system = createFakeSystemTime(() => 3);
  const clock = createClock(system);
  let calls = 0;
  const cancel = clock.at(clock.now() + 3 * MONTH, () => {
    calls += 1;
  });
  system.fireNext();
  cancel();
  while (system.fireNext());
  expect(calls).toBe(0);
});

test("after a restart with the wall clock set back, a clock goes on from what was stored, and counts as before", () => {
  const system = createFakeSystemTime(() => 2);
  const stored = createClock(system).now() + 500;
  system.setWall(-TWO_HOURS);
  const clock = startingFrom(createClock(system), stored);
  expect(clock.now()).toBe(stored);
  const began = system.monotonic();
  let after = 0;
  clock.at(stored + 1000, () => {
    after = system.monotonic() - began;
  });
  while (system.fireNext());
  expect(after).toBeGreaterThanOrEqual(999);
  expect(after).toBeLessThan(1002);
  // One that is ahead already is left alone.
  expect(startingFrom(clock, stored - 60_000).now()).toBe(clock.now());
});
