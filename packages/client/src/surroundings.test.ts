import { expect, test } from "vitest";
import { createSleepWatch } from "./surroundings.ts";

/** Looks after pauses of so many seconds, each. */
function looks(...pauses: readonly number[]): number[] {
  let ms = 1_700_000_000_000;
  const watch = createSleepWatch(() => ms);
  return pauses.map((seconds) => {
    ms += seconds * 1000;
    return watch.look();
  });
}

test("a page at work, and a hidden one whose timers come once a minute, do not sleep", () => {
  expect(looks(10, 10, 11, 60, 60, 61)).toEqual([0, 0, 0, 0, 0, 0]);
});

test("a closed laptop is noticed once, with how long it was closed", () => {
  expect(looks(10, 1_500, 10)).toEqual([0, 1_500_000, 0]);
});

test("a clock that is set back is no sleep, nor does it hide the next one", () => {
  expect(looks(10, -7_200, 10, 600)).toEqual([0, 0, 0, 600_000]);
});
