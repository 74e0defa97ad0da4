import { expect, it } from "vitest";
import { examplesOf, mistakesView } from "./mistakes.ts";

it("lists the most frequent mistakes, with what is right beside them", () => {
  const confusion = [
    [7, 2, 0],
    [1, 5, 4],
    [0, 3, 6],
  ];
  const personal = [
    [6, 3, 0],
    [1, 9, 0],
    [0, 5, 4],
  ];
  const view = (alone: typeof personal | null) => mistakesView(confusion, alone, ["ok", "warning", "error"], 2);
  expect(view(null).mistakes.map((mistake) => mistake.personal)).toEqual([null, null]);
  expect(view(personal)).toEqual({
    right: 18,
    rows: 28,
    mistakes: [
      { actual: "warning", predicted: "error", count: 4, personal: 0 },
      { actual: "error", predicted: "warning", count: 3, personal: 5 },
    ],
  });
});

it("shows the first rows of a mistake, and counts the others", () => {
  const row = (line: number, actual: number, predicted: number) => ({ line, input: `row ${line}`, actual, predicted });
  const rows = [row(3, 0, 1), row(5, 1, 0), row(8, 0, 1), row(9, 0, 1), row(12, 0, 1), row(20, 0, 2)];
  const { shown, more } = examplesOf({ actual: "ok", predicted: "warning" }, ["ok", "warning", "error"], rows);
  expect(shown.map(({ line }) => line)).toEqual([3, 8, 9]);
  expect(more).toBe(1);
});
