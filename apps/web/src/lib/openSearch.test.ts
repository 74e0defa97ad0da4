import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createOpenSearch } from "./openSearch.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A tab's history: its entries, the one that is open, and how often it was written. */
function tab(first = "") {
  const entries = [first];
  let [at, writes, isFull] = [0, 0, false];
  let moved = () => {};
  const write = (index: number, search: string) => {
    if (isFull) throw new DOMException("too many", "SecurityError");
    writes++;
    at = index;
    entries.splice(at, entries.length - at, search);
  };
  const search = createOpenSearch({
    href: () => `https://x.org/watch/w${entries[at]}`,
    search: () => entries[at] ?? "",
    push: (to) => write(at + 1, to),
    replace: (to) => write(at, to),
    onMoved: (listener) => (moved = listener),
  });
  return {
    search,
    entries,
    writes: () => writes,
    fill: (full: boolean) => (isFull = full),
    back: () => {
      at--;
      moved();
    },
    follow: (to: string) => entries.splice(++at, entries.length, to),
  };
}

test("of quick changes every one is shown and the last is written, once", () => {
  const { search, entries, writes } = tab();
  for (let round = 1; round <= 200; round++) {
    search.replace(`?round=${round}`);
    expect(search.get()).toBe(`?round=${round}`);
    vi.advanceTimersByTime(30);
  }
  expect(writes()).toBe(0);
  vi.advanceTimersByTime(1000);
  expect([entries, writes()]).toEqual([["?round=200"], 1]);
});

test("what waits is written before a new entry is made, so that back leads to it", () => {
  const { search, entries, back } = tab();
  search.replace("?round=1");
  search.push("?round=1&client=a");
  expect(entries).toEqual(["?round=1", "?round=1&client=a"]);
  vi.advanceTimersByTime(1000);
  back();
  expect(search.get()).toBe("?round=1");
});

test("whoever shows it is told at once of every change, of going back too", () => {
  const { search, back } = tab("?round=1");
  const seen: string[] = [];
  search.subscribe(() => seen.push(search.get()));
  search.push("");
  back();
  search.replace("?round=2");
  expect(seen).toEqual(["", "?round=1", "?round=2"]);
});

test("what was to be written into an entry that is left is written nowhere, even where another has the same address", () => {
  const { search, entries, back, follow } = tab();
  search.replace("?round=1");
  follow("?client=a");
  expect(search.get()).toBe("?client=a");
  vi.advanceTimersByTime(1000);
  search.push("?client=a");
  search.replace("?round=3");
  back();
  vi.advanceTimersByTime(1000);
  expect(search.get()).toBe("?client=a");
  expect(entries).toEqual(["", "?client=a", "?client=a"]);
});

test("an address that takes no more loses nothing that is looked at, and has it when it takes some again", () => {
  const { search, entries, fill } = tab();
  fill(true);
  search.replace("?round=1");
  expect(() => vi.advanceTimersByTime(1000)).not.toThrow();
  search.push("?round=1&client=a");
  expect(search.get()).toBe("?round=1&client=a");
  fill(false);
  search.push("?round=2");
  expect(entries).toEqual(["?round=1&client=a", "?round=2"]);
});
