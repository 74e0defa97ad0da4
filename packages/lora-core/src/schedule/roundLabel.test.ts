import { expect, test } from "vitest";
import { roundLabel, roundTick } from "./roundLabel.ts";

test("rounds have the names of their stages", () => {
  expect([0, 1, 10, 11].map((round) => roundLabel(round, 10))).toEqual([
    "Learning alone",
    "Round 1 of 10",
    "Round 10 of 10",
    "Finish",
  ]);
  expect([0, 4, 11].map((round) => roundTick(round, 10))).toEqual(["alone", "4", "finish"]);
});
