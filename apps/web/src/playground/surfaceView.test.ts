import { expect, test } from "vitest";
import { SURVEY_WEIGHTS } from "../services/fusionSurvey.ts";
import { rangeOf, surfacePatches } from "./surfaceView.ts";

const plane = SURVEY_WEIGHTS.map((weights) => ({ weights, worth: weights.personal + 2 * weights.shared }));

test("a plane stays a plane between the points that were measured", () => {
  const patches = surfacePatches(plane);
  expect(patches).toHaveLength(36 * 16);
  const [low, high] = rangeOf(plane);
  for (const { personal, shared, size, height } of patches) {
    const middle = personal + size / 2 + 2 * (shared + size / 2);
    expect(height).toBeCloseTo((middle - low) / (high - low));
  }
});

test("where a point is missing there is no surface; where all are alike it is at its height", () => {
  expect(surfacePatches(plane.slice(0, 4))).toEqual([]);
  expect(surfacePatches([])).toEqual([]);
  const flat = plane.map(({ weights }) => ({ weights, worth: 0.5 }));
  expect(new Set(surfacePatches(flat).map(({ height }) => height))).toEqual(new Set([1]));
});
