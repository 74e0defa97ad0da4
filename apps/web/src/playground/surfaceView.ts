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

/** From one patch to the next, along one weight. */
export const FINE_STEPS: readonly number[] = SURVEY_STEPS.slice(0, -1).flatMap((from, place) => {
  const step = ((SURVEY_STEPS[place + 1] ?? from) - from) / FINE;
  return Array.from({ length: FINE }, (_, fine) => from + fine * step);
});
/** Of a patch. */
export const FINE_SIZE = ((SURVEY_STEPS[1] ?? 0) - (SURVEY_STEPS[0] ?? 0)) / FINE;

/** Between four measured points as they say; nothing where one of them is missing. */
export function surfacePatches(points: readonly SurveyPoint[]): readonly SurfacePatch[] {
  const [low, high] = rangeOf(points);
  const worthAt = worthOver(points);
  return FINE_STEPS.flatMap((personal) =>
    FINE_STEPS.flatMap((shared) => {
      const worth = worthAt(personal + FINE_SIZE / 2, shared + FINE_SIZE / 2);
      if (worth === null) return [];
      return [{ personal, shared, size: FINE_SIZE, height: high > low ? (worth - low) / (high - low) : 1 }];
    }),
  );
}

/** What a mixture anywhere on the plane is worth: between the four measured points around it as they say; null where one of them is missing. */
export function worthOver(points: readonly SurveyPoint[]): (personal: number, shared: number) => number | null {
  const worths = new Map(points.map(({ weights, worth }) => [keyOf(weights), worth]));
  return (personal, shared) => {
    const [i, x] = within(personal);
    const [j, y] = within(shared);
    const corner = (right: number, up: number) =>
      worths.get(keyOf({ personal: SURVEY_STEPS[i + right] ?? 0, shared: SURVEY_STEPS[j + up] ?? 0 }));
    const [a, b, c, d] = [corner(0, 0), corner(1, 0), corner(0, 1), corner(1, 1)];
    if (a === undefined || b === undefined || c === undefined || d === undefined) return null;
    return a * (1 - x) * (1 - y) + b * x * (1 - y) + c * (1 - x) * y + d * x * y;
  };
}

/** After which measured weight one lies, and how far on the way to the next, from 0 to 1. */
function within(weight: number): readonly [place: number, share: number] {
  const [first = 0, second = 1] = SURVEY_STEPS;
  const along = (weight - first) / (second - first);
  const place = Math.min(SURVEY_STEPS.length - 2, Math.max(0, Math.floor(along)));
  return [place, along - place];
}

/** The least and the most that was measured; zeros before anything was. */
export function rangeOf(points: readonly SurveyPoint[]): readonly [number, number] {
  if (points.length === 0) return [0, 0];
  const worths = points.map(({ worth }) => worth);
  return [Math.min(...worths), Math.max(...worths)];
}

const keyOf = ({ personal, shared }: FusionWeights): string => `${personal} ${shared}`;
