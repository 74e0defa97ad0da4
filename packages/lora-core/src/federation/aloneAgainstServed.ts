/** What a client learned alone against what it serves, on its own test rows. Pure. */

import type { RoundMetrics } from "../protocol/metrics.ts";
import { isBetter } from "../statistics/isBetter.ts";

export interface AloneAgainstServed {
  /** Rows that were got right. */
  readonly alone: number;
  readonly served: number;
  readonly testRows: number;
  /** Whether it is told to be better, whichever rows they were: no chance, at 5 %. */
  readonly isBetter: boolean;
}

/** Null where nothing is served yet, or one of them was not measured; in a text task, too. */
export function aloneAgainstServed({
  accuracy: { fused },
  alone,
  testRows = 0,
}: Pick<RoundMetrics, "accuracy" | "alone" | "testRows">): AloneAgainstServed | null {
  const accuracy = alone?.accuracy ?? null;
  if (accuracy === null || fused === null || testRows === 0) return null;
  const [right, served] = [Math.round(accuracy * testRows), Math.round(fused * testRows)];
  return { alone: right, served, testRows, isBetter: isBetter(right, served, testRows) === "yes" };
}
