import { expect, test } from "vitest";
import {
  formatBytes,
  formatClock,
  formatCount,
  formatCountInSteps,
  formatDuration,
  formatFraction,
  formatLoss,
  formatRate,
} from "./format.ts";
import { plural } from "./plural.ts";

test("bytes carry their unit and three digits", () => {
  expect([812, 4_210, 423_936, 28_000_000, 2.5e9].map(formatBytes)).toEqual(["812 B", "4.21 kB", "424 kB", "28.0 MB", "2.50 GB"]);
});

test("durations read as people say them", () => {
  expect([-3, 0.4, 59, 60, 80, 3600, 7505].map(formatDuration)).toEqual([
    "0 s",
    "0 s",
    "59 s",
    "1 min",
    "1 min 20 s",
    "1 h",
    "2 h 5 min",
  ]);
});

test("figures that do not exist are a dash, not a zero", () => {
  expect([formatFraction(null), formatFraction(0), formatFraction(0.8349)]).toEqual(["–", "0.00", "0.83"]);
  expect([formatLoss(null), formatLoss(0.41961), formatLoss(12.34)]).toEqual(["–", "0.420", "12.3"]);
});

test("rates and counts are rounded to what matters", () => {
  expect([formatRate(639.6), formatRate(12_340)]).toEqual(["640 tok/s", "12.3 k tok/s"]);
  expect([9_999, 620_400, 6_988_000, 135_000_000].map(formatCount)).toEqual(["9,999", "620 k", "7.0 M", "135 M"]);
  expect([9500, 10_500, 1_500_000].map((value) => formatCountInSteps(value, 500))).toEqual(["9,500", "10.5 k", "1.5000 M"]);
  expect(formatCountInSteps(1_250_000, 50_000)).toBe("1.25 M");
  expect(formatCountInSteps(12_000_000, 2_000_000)).toBe("12 M");
  expect([plural(1, "client"), plural(1374, "row")]).toEqual(["1 client", "1,374 rows"]);
});

test("a clock time has its day where that is not today's", () => {
  const at = new Date(2026, 11, 3, 14, 5, 9).getTime();
  const onDay = (day: number, hours: number) => formatClock(at, new Date(2026, 11, day, hours).getTime());
  expect([onDay(3, 0), onDay(3, 23), onDay(4, 0), onDay(2, 23)]).toEqual([
    "14:05:09",
    "14:05:09",
    "3 Dec 2026, 14:05:09",
    "3 Dec 2026, 14:05:09",
  ]);
});
