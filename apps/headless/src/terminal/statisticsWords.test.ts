import { statisticsOf } from "@duet/lora-core/statistics/rowStatistics";
import { expect, test } from "vitest";
import { statisticsLine } from "./statisticsWords.ts";

const rows = (of: readonly number[]) => of.map((label) => ({ label, tokens: 7 }));
const own = statisticsOf(rows([0, 0, 1, 1]), 2);
const sum = { ...statisticsOf(rows([0, 0, 1, 1, 1, 1]), 2), present: 3, labelNats: own.labelNats };

test("a client is told what all rows are like, and how far its own are from the rest's", () => {
  expect(statisticsLine({ statistics: { exchange: null, made: { clients: ["a", "b"], sum } } }, "a", own)).toEqual({
    text: "What the rows are like: 6 training rows of 2 clients; unlikeness of their labels 0.27 (0 alike, 1 nothing shared); yours are 0.56 away from the rest's, 0.37 by chance alone (told to nobody).",
    data: { rows: 6, unlikeness: expect.closeTo(0.27, 2), distance: expect.closeTo(0.56, 2), byChance: expect.closeTo(0.37, 2) },
  });
});

test("of answers that are texts their number is told, and before there is a sum nothing", () => {
  const texts = statisticsOf([{ label: -1, tokens: 7 }], 0);
  const line = statisticsLine({ statistics: { exchange: null, made: { clients: ["b"], sum: texts } } }, "a", texts);
  expect(line?.text).toBe("What the rows are like: 1 training rows of 1 clients.");
  expect(statisticsLine({ statistics: { exchange: null, made: null } }, "a", texts)).toBeNull();
});
