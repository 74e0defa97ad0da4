/** A surface over the plane of the two fusion weights, from the points that were measured. Pure. */
import type { FusionWeights } from "@duet/lora-core/fusion/adaFusion";
import { SURVEY_STEPS, type SurveyPoint } from "../services/fusionSurvey.ts";

/** A square of the plane. */
export interface SurfacePatch {
  readonly personal: number;
  readonly shared: number;
  readonly size: number;
  /** From 0, the least that was measured, to 1, the most. */
  readonly height: number;
}

/** Patches between two measured points, in each direction. */
const FINE = 4;

/** Between four measured points as they say; nothing where one of them is missing. */
export function surfacePatches(points: readonly SurveyPoint[]): readonly SurfacePatch[] {
  const worths = new Map(points.map(({ weights, worth }) => [keyOf(weights), worth]));
  const [low, high] = rangeOf(points);
  const patches: SurfacePatch[] = [];
  for (const [i, left] of SURVEY_STEPS.slice(0, -1).entries()) {
    for (const [j, bottom] of SURVEY_STEPS.slice(0, -1).entries()) {
      const [right, top] = [SURVEY_STEPS[i + 1] ?? left, SURVEY_STEPS[j + 1] ?? bottom];
      const corner = (personal: number, shared: number) => worths.get(keyOf({ personal, shared }));
      const [a, b, c, d] = [corner(left, bottom), corner(right, bottom), corner(left, top), corner(right, top)];
      if (a === undefined || b === undefined || c === undefined || d === undefined) continue;
      const size = (right - left) / FINE;
      for (let u = 0; u < FINE; u++) {
        for (let v = 0; v < FINE; v++) {
          const [x, y] = [(u + 0.5) / FINE, (v + 0.5) / FINE];
          const worth = a * (1 - x) * (1 - y) + b * x * (1 - y) + c * (1 - x) * y + d * x * y;
          const height = high > low ? (worth - low) / (high - low) : 1;
          patches.push({ personal: left + u * size, shared: bottom + v * size, size, height });
        }
      }
    }
  }
  return patches;
}

/** The least and the most that was measured; zeros before anything was. */
export function rangeOf(points: readonly SurveyPoint[]): readonly [number, number] {
  if (points.length === 0) return [0, 0];
  const worths = points.map(({ worth }) => worth);
  return [Math.min(...worths), Math.max(...worths)];
}

const keyOf = ({ personal, shared }: FusionWeights): string => `${personal} ${shared}`;
