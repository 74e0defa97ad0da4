/** Lines of equal worth over the plane of the two fusion weights, between the points that were measured. Pure. */
import { isBetter } from "@duet/lora-core/statistics/isBetter";
import type { SurveyPoint } from "../services/fusionSurvey.ts";
import { FINE_SIZE, FINE_STEPS, rangeOf, worthOver } from "./surfaceView.ts";

/** Weights of both adapters. */
export type PlanePoint = readonly [personal: number, shared: number];

export interface Contour {
  readonly worth: number;
  readonly segments: readonly (readonly [PlanePoint, PlanePoint])[];
}

const LINES = 3;

/** Some between the least and the most that was measured; none of a flat plane. */
export function contours(points: readonly SurveyPoint[]): readonly Contour[] {
  const [low, high] = rangeOf(points);
  const levels = Array.from({ length: LINES }, (_, line) => low + ((line + 1) / (LINES + 1)) * (high - low));
  return levels.map((worth) => contourAt(points, worth)).filter(({ segments }) => segments.length > 0);
}

/**
 * Around the mixtures that so many rows cannot tell from the best one: others are worse whichever of the rows they had right. Null where none is,
 * and where nothing is right or wrong.
 */
export function lineOfTheBest(points: readonly SurveyPoint[], rows: number): Contour | null {
  const [low, high] = rangeOf(points);
  const best = Math.round(high * rows);
  let right = best;
  while (right > 0 && isBetter(best, right - 1, rows) !== "yes") right--;
  // Between the last share that may be as good and the first that is not.
  const worth = (right - 0.5) / rows;
  return rows === 0 || worth <= low ? null : contourAt(points, worth);
}

/** By marching squares: in each square at most two straight pieces, between its edges. */
export function contourAt(points: readonly SurveyPoint[], worth: number): Contour {
  const surface = worthOver(points);
  const segments: (readonly [PlanePoint, PlanePoint])[] = [];
  for (const left of FINE_STEPS) {
    for (const bottom of FINE_STEPS) {
      const [right, top] = [left + FINE_SIZE, bottom + FINE_SIZE];
      const corners: readonly PlanePoint[] = [
        [left, bottom],
        [right, bottom],
        [right, top],
        [left, top],
      ];
      const crossed = corners.flatMap((corner, place) => {
        const next = corners[(place + 1) % corners.length] ?? corner;
        const [a, b] = [surface(...corner), surface(...next)];
        if (a === null || b === null || a > worth === b > worth) return [];
        const share = (worth - a) / (b - a);
        const at: PlanePoint = [corner[0] + share * (next[0] - corner[0]), corner[1] + share * (next[1] - corner[1])];
        return [at];
      });
      for (let piece = 0; piece + 1 < crossed.length; piece += 2) {
        const [from, to] = [crossed[piece], crossed[piece + 1]];
        if (from && to) segments.push([from, to]);
      }
    }
  }
  return { worth, segments };
}
