import { expect, test } from "vitest";
import { SURVEY_WEIGHTS } from "../services/fusionSurvey.ts";
import { contourAt, contours, lineOfTheBest } from "./contours.ts";

const slope = SURVEY_WEIGHTS.map((weights) => ({ weights, worth: 0.3 + 0.2 * weights.personal + 0.1 * weights.shared }));
const peak = SURVEY_WEIGHTS.map((weights) => ({
  weights,
  worth: 0.9 - 0.4 * (Math.abs(weights.personal - 0.5) + Math.abs(weights.shared - 0.5)),
}));

test("a line of equal worth is where the surface has that worth", () => {
  const { segments } = contourAt(slope, 0.45);
  expect(segments.length).toBeGreaterThan(20);
  for (const [personal, shared] of segments.flat()) expect(0.3 + 0.2 * personal + 0.1 * shared).toBeCloseTo(0.45);
});

test("lines lie between the least and the most that was measured, and there is none of a flat plane or of a part of one", () => {
  const [first, second, third] = contours(slope);
  expect(first?.worth).toBeCloseTo(0.225 + 0.45 / 4);
  expect([second?.worth, third?.worth].every((worth) => worth !== undefined && worth > 0.4 && worth < 0.6)).toBe(true);
  expect(contours(slope.map((point) => ({ ...point, worth: 0.5 })))).toEqual([]);
  expect(contours(slope.slice(0, 4))).toEqual([]);
});

test("what cannot be told from the best is around it, and the wider the fewer rows there are", () => {
  const reach = (rows: number) => Math.max(...(lineOfTheBest(peak, rows)?.segments ?? []).flat().map(([personal]) => personal));
  expect(reach(2000)).toBeGreaterThan(0.5);
  expect(reach(400)).toBeGreaterThan(reach(2000));
  // With so few rows all of the plane may be as good.
  expect(lineOfTheBest(peak, 4)).toBeNull();
  expect(lineOfTheBest(peak, 0)).toBeNull();
});
