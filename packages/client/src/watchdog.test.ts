import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createWatchdog } from "./watchdog.ts";

const MINUTE = 60_000;
const silent = () => new Error("silent");

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** Whether it has expired after so many minutes of each. */
async function expiredAfter(act: (dog: ReturnType<typeof createWatchdog>) => Promise<void>): Promise<boolean> {
  const dog = createWatchdog(5 * MINUTE, silent);
  let isExpired = false;
  dog.expired.catch(() => {
    isExpired = true;
  });
  await act(dog);
  await vi.advanceTimersByTimeAsync(0);
  dog.stop();
  return isExpired;
}

test("expires after five silent minutes, and not before", async () => {
  expect(await expiredAfter(async () => void (await vi.advanceTimersByTimeAsync(4.9 * MINUTE)))).toBe(false);
  expect(await expiredAfter(async () => void (await vi.advanceTimersByTimeAsync(5 * MINUTE)))).toBe(true);
});

test("a touch starts the five minutes anew", async () => {
  const touched = expiredAfter(async (dog) => {
    await vi.advanceTimersByTimeAsync(4 * MINUTE);
    dog.touch();
    await vi.advanceTimersByTimeAsync(4.4 * MINUTE);
  });
  expect(await touched).toBe(false);
});

test("a night's sleep is no silence: what comes first after it is in time", async () => {
  const slept = expiredAfter(async (dog) => {
    await vi.advanceTimersByTimeAsync(MINUTE);
    // The clock goes on, and one due timer fires before any message of the worker is read.
    vi.setSystemTime(Date.now() + 480 * MINUTE);
    await vi.advanceTimersToNextTimerAsync();
    dog.touch();
    await vi.advanceTimersByTimeAsync(4 * MINUTE);
  });
  expect(await slept).toBe(false);
});

test("once stopped it never expires", async () => {
  const stopped = expiredAfter(async (dog) => {
    dog.stop();
    await vi.advanceTimersByTimeAsync(60 * MINUTE);
  });
  expect(await stopped).toBe(false);
});
