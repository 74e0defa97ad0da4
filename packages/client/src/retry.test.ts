import { DuetError } from "@duet/lora-core/errors/duetError";
import { expect, test, vi } from "vitest";
import { createRetry } from "./retry.ts";
import { fakeCoordinator } from "./testing/fakes.ts";
import { isTransient, retryAfterOf } from "./transient.ts";

test("only silence and overload are worth trying again", () => {
  expect(isTransient(new DuetError("TIMEOUT", "no answer"))).toBe(true);
  expect(isTransient(new DuetError("NOT_JOINED", "not yet"))).toBe(true);
  expect(isTransient(new DuetError("FORBIDDEN", "wrong token"))).toBe(false);
  expect(isTransient(new Error("boom"))).toBe(false);
});

test("who is refused with a time comes again then, up to half as much later, and not before", async () => {
  vi.useFakeTimers();
  try {
    const { persistently } = createRetry(fakeCoordinator([]).client);
    const waits: number[] = [];
    let refusals = 2;
    let asked = 0;
    const joining = persistently(
      async () => {
        asked += 1;
        if (refusals-- > 0) throw new DuetError("QUOTA_USED_UP", "Joins come too fast", { retryAfterMs: 40_000 });
        return "in";
      },
      (_, waitMs) => void waits.push(waitMs),
    );
    await vi.advanceTimersByTimeAsync(39_999);
    expect(asked).toBe(1);
    await vi.advanceTimersByTimeAsync(20_001);
    expect(asked).toBe(2);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(await joining).toBe("in");
    for (const wait of waits) expect(wait >= 40_000 && wait <= 60_000).toBe(true);
    expect(waits).toHaveLength(2);
  } finally {
    vi.useRealTimers();
  }
});

test("an organiser's answer is asked for ten times a minute, for as long as it takes", async () => {
  vi.useFakeTimers();
  try {
    const { persistently } = createRetry(fakeCoordinator([]).client);
    let asked = 0;
    const joining = persistently(async () => {
      asked += 1;
      if (asked <= 600) throw new DuetError("AWAITING_APPROVAL", "The organiser has not answered");
      return "in";
    });
    await vi.advanceTimersByTimeAsync(60_000);
    expect(asked).toBe(11);
    await vi.advanceTimersByTimeAsync(3_600_000);
    expect(await joining).toBe("in");
  } finally {
    vi.useRealTimers();
  }
});

test("who is told when to come again does so without an end, and sixty times otherwise", async () => {
  vi.useFakeTimers();
  try {
    const { persistently } = createRetry(fakeCoordinator([]).client);
    let told = 100;
    let asked = 0;
    const joining = persistently(async () => {
      asked += 1;
      throw new DuetError("RATE_LIMITED", "Too many", told-- > 0 ? { retryAfterMs: 2_000 } : {});
    });
    joining.catch(() => {});
    await vi.runAllTimersAsync();
    await expect(joining).rejects.toThrow("Too many");
    expect(asked).toBe(160);
  } finally {
    vi.useRealTimers();
  }
});

test.each([
  [0, 2_000],
  [40, 2_000],
  [40_000, 40_000],
  [2 ** 31, 300_000],
  [Number.MAX_SAFE_INTEGER, 300_000],
])("told to come again in %i ms, it comes neither at once nor never", (told, least) => {
  const wait = retryAfterOf(new DuetError("RATE_LIMITED", "Too many", { retryAfterMs: told }));
  expect(wait).toBeGreaterThanOrEqual(least);
  expect(wait).toBeLessThanOrEqual(1.5 * least);
});

test("a quota that is used up for long is worth no waiting", () => {
  expect(isTransient(new DuetError("QUOTA_USED_UP", "not today"))).toBe(false);
  expect(isTransient(new DuetError("QUOTA_USED_UP", "soon", { retryAfterMs: 40 }))).toBe(true);
  expect(isTransient(new DuetError("LOCKED_OUT", "later", { retryAfterMs: 40 }))).toBe(false);
});
