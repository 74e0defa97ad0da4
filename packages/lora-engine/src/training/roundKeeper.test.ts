import { expect, test } from "vitest";
import type { JournalState } from "./roundJournal.ts";
import { createRoundKeeper } from "./roundKeeper.ts";

const state: JournalState = { pieces: [], training: null };

/** A keeper on a clock of its own; `readTakes` and `writeEnds` are the test's. */
function keeper() {
  const at = { ms: 0, readTakes: 0 };
  const ends: (() => void)[] = [];
  const writes: number[] = [];
  const offer = createRoundKeeper(
    () => {
      writes.push(at.ms);
      return new Promise((resolve) => ends.push(resolve));
    },
    () => at.ms,
  );
  /** Steps of `stepMs` until `untilMs`, each followed by an offer. */
  async function work(stepMs: number, untilMs: number) {
    while (at.ms + stepMs <= untilMs) {
      at.ms += stepMs;
      await offer(async () => {
        at.ms += at.readTakes;
        return state;
      });
    }
  }
  const written = async () => {
    for (const end of ends.splice(0)) end();
    await new Promise((resolve) => setTimeout(resolve));
  };
  return { at, writes, work, written };
}

test("keeps every five seconds of work, at the end of a step", async () => {
  const { writes, work, written } = keeper();
  await work(400, 5_000);
  expect(writes).toEqual([]);
  await work(400, 5_200);
  await written();
  await work(400, 10_400);
  expect(writes).toEqual([5_200, 10_400]);
});

test("of steps that take longer than that, each", async () => {
  const { writes, work, written } = keeper();
  for (const until of [7_000, 14_000, 21_000]) {
    await work(7_000, until);
    await written();
  }
  expect(writes).toEqual([7_000, 14_000, 21_000]);
});

test("never two writes at a time, and the next one as soon as the last has ended", async () => {
  const { writes, work, written } = keeper();
  await work(1_000, 30_000);
  expect(writes).toEqual([5_000]);
  await written();
  await work(1_000, 31_000);
  expect(writes).toEqual([5_000, 31_000]);
});

test("less often where reading back takes long, for at most one part in 25 of the time, and at least every eight seconds", async () => {
  for (const { readTakes, every } of [
    { readTakes: 240, every: 6_000 },
    { readTakes: 1_000, every: 8_000 },
    { readTakes: 3_000, every: 8_000 },
  ]) {
    const { at, writes, work, written } = keeper();
    at.readTakes = readTakes;
    for (let until = 100; until <= 120_000; until += 100) {
      await work(100, until);
      await written();
    }
    const apart = writes.slice(1).map((time, index) => time - (writes[index] ?? 0) - readTakes);
    expect(apart.length).toBeGreaterThan(8);
    expect(Math.min(...apart)).toBeGreaterThanOrEqual(every);
    expect(Math.max(...apart)).toBeLessThanOrEqual(every + 100);
  }
});
