import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { fetchLater } from "./fetchLater.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Fails as often as is said; how often it was asked. */
function failing(times: number) {
  const asked = { count: 0 };
  const fetch = async () => {
    asked.count += 1;
    if (asked.count <= times) throw new Error("No network");
  };
  return { asked, fetch };
}

test("what could not be fetched is fetched again until it is there, and then no more", async () => {
  const { asked, fetch } = failing(2);
  fetchLater(fetch, { afterMs: 100, againMs: 1000 });
  await vi.advanceTimersByTimeAsync(99);
  expect(asked.count).toBe(0);
  await vi.advanceTimersByTimeAsync(1001);
  expect(asked.count).toBe(2);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(asked.count).toBe(3);
});

test("once it is ended nothing is fetched, also not after a failure that comes later", async () => {
  const { asked, fetch } = failing(9);
  const early = fetchLater(fetch, { afterMs: 100, againMs: 1000 });
  early();
  await vi.advanceTimersByTimeAsync(5000);
  expect(asked.count).toBe(0);
  const slow = fetchLater(
    async () => {
      await new Promise((resolve) => setTimeout(resolve, 500));
      await fetch();
    },
    { afterMs: 100, againMs: 1000 },
  );
  await vi.advanceTimersByTimeAsync(200);
  slow();
  await vi.advanceTimersByTimeAsync(5000);
  expect(asked.count).toBe(1);
});
