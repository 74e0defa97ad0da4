import { expect, test } from "vitest";
import { betterAloneLine } from "./aloneWords.ts";

const of = (alone: number, fused: number) =>
  betterAloneLine(
    {
      accuracy: { base: 0, personal: null, shared: null, fused: fused / 60 },
      alone: { accuracy: alone / 60, testLoss: 1 },
      testRows: 60,
    },
    "duet-adapters/alone",
  );

test("a client that is worse off is told so, with the folder of what it learned alone", () => {
  expect(of(50, 30)).toEqual({
    text: "This client would have been better off alone: that got 50 of 60 test rows right, what it serves 30, and chance does not explain it. What it learned alone is in duet-adapters/alone; duet predict --adapter duet-adapters/alone answers with it.",
    data: { alone: 50, served: 30, testRows: 60, folder: "duet-adapters/alone" },
  });
});

test("where that may be chance nothing is said", () => {
  expect([of(40, 34), of(30, 50), of(30, 30)]).toEqual([null, null, null]);
});
