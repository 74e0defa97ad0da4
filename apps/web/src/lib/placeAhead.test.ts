import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { type Ahead, createPlaceAhead } from "./placeAhead.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const to = (round: number): Ahead => ({ entry: "a", address: "https://x.org/watch/w", search: `?round=${round}` });

test("of quick changes every one is shown and the last is written, once", () => {
  const written: string[] = [];
  const place = createPlaceAhead(({ search }) => written.push(search) > 0);
  for (let round = 1; round <= 200; round++) {
    place.replace(to(round));
    expect(place.get()?.search).toBe(`?round=${round}`);
    vi.advanceTimersByTime(30);
  }
  expect(written).toEqual([]);
  vi.advanceTimersByTime(1000);
  expect(written).toEqual(["?round=200"]);
  place.settle();
  expect(written).toHaveLength(1);
});

test("what waits is written at once where something else goes into the address", () => {
  const written: string[] = [];
  const place = createPlaceAhead(({ search }) => written.push(search) > 0);
  place.replace(to(1));
  place.settle();
  expect(written).toEqual(["?round=1"]);
  vi.advanceTimersByTime(1000);
  expect(written).toHaveLength(1);
});

test("an address that refuses loses nothing that is looked at, and one that is left keeps nothing of it", () => {
  const refusing = createPlaceAhead(() => {
    throw new DOMException("too many", "SecurityError");
  });
  refusing.replace(to(1));
  expect(() => vi.advanceTimersByTime(1000)).not.toThrow();
  expect(refusing.get()).toEqual(to(1));
  const left = createPlaceAhead(() => false);
  left.replace(to(1));
  vi.advanceTimersByTime(1000);
  expect(left.get()).toBeNull();
});
