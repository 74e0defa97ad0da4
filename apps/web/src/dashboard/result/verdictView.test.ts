import { expect, test } from "vitest";
import { aloneView, verdictView } from "./verdictView.ts";

test("the best adapter, and against which others that is sure, open and chance", () => {
  // Of 60 rows: 5, 31, 38 and 40.
  expect(verdictView({ base: 5 / 60, personal: 31 / 60, shared: 38 / 60, fused: 40 / 60 }, 60)).toEqual({
    best: "fused",
    accuracy: 40 / 60,
    title: "Use your fused adapter",
    sentences: [
      "It gets 40 of your 60 test rows right.",
      "Clearly more than base (5).",
      "More than personal (31), perhaps by chance.",
      "So few rows cannot tell it from shared (38).",
    ],
  });
});

test("one that gets as many right is named with as many", () => {
  expect(verdictView({ base: 0.2, personal: 0.6, shared: 0.6, fused: null }, 60)?.sentences.at(-1)).toBe(
    "So few rows cannot tell it from shared (36).",
  );
});

test("among equals the one that costs least; an untouched base that no adapter beats is kept", () => {
  expect(verdictView({ base: 0.5, personal: 0.5, shared: 0.4, fused: null }, 30)).toMatchObject({
    best: "base",
    title: "Keep the untouched base",
  });
});

test("without the number of rows nothing is said of certainty; without figures nothing at all", () => {
  expect(verdictView({ base: 0.2, personal: 0.6, shared: null, fused: null }, null)?.sentences).toEqual([]);
  expect(verdictView({ base: null, personal: null, shared: null, fused: null }, 48)).toBeNull();
  expect(verdictView({ base: 0.4, personal: null, shared: null, fused: null }, 48)).toBeNull();
});

test("learning alone is told beside the best adapter, and is better only where the rows can tell it", () => {
  const of = (best: number, alone: number) => aloneView({ best: "fused", accuracy: best / 60 }, alone / 60, 60);
  expect(of(50, 30)).toEqual({ isBetter: false, sentence: "Learning alone got 30, clearly fewer." });
  expect(of(40, 34)).toEqual({ isBetter: false, sentence: "Learning alone got 34, fewer, perhaps by chance." });
  expect(of(40, 40)).toEqual({ isBetter: false, sentence: "Learning alone got 40: on so few rows the same." });
  expect(of(34, 40)).toEqual({ isBetter: false, sentence: "Learning alone got 40, more, perhaps by chance." });
  expect(of(30, 50)).toEqual({
    isBetter: true,
    sentence: "Learning alone got 50 of your 60 test rows right, clearly more than the best of the others, fused (30).",
  });
});
