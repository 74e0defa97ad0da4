import { expect, it } from "vitest";
import { mistakesView } from "./mistakes.ts";

it("lists the most frequent mistakes, with what is right beside them", () => {
  const confusion = [
    [7, 2, 0],
    [1, 5, 4],
    [0, 3, 6],
  ];
  expect(mistakesView(confusion, ["ok", "warning", "error"], 2)).toEqual({
    right: 18,
    rows: 28,
    mistakes: [
      { actual: "warning", predicted: "error", count: 4 },
      { actual: "error", predicted: "warning", count: 3 },
    ],
  });
});
