/**
 * Figures that compare from round to round, because they are of the same test rows in every one. The last round measures all rows besides; of
 * those are the figures that a federation ends with (docs/adr/0049). Pure.
 */
import type { RoundMetrics } from "./metrics.ts";

/** What of a round's report is of the rows that every round measures. */
export type SameRows = Pick<RoundMetrics, "accuracy" | "testLoss" | "testRows" | "alone">;

export function sameRows({ sample, accuracy, testLoss, testRows, alone }: RoundMetrics): SameRows {
  return sample ?? { accuracy, testLoss, ...(testRows === undefined ? {} : { testRows }), ...(alone ? { alone } : {}) };
}
