/** Accuracy, macro-F1 and confusion counts of label predictions. */

/** `confusion[actual][predicted]`, counts of rows, [L, L]. */
export type Confusion = readonly (readonly number[])[];

export interface ClassificationMetrics {
  /** Share of right predictions; null without rows. */
  readonly accuracy: number | null;
  /**
   * Unweighted mean of F1 over the classes that occur in `actual` or `predicted`; null without rows.
   * A class of the label set that occurs in neither says nothing and is left out (as scikit-learn does).
   */
  readonly macroF1: number | null;
  readonly confusion: Confusion;
}

/**
 * `predicted` and `actual` are indices into L = `labels` classes, row by row.
 * @throws {RangeError} when their lengths differ or an index is not a class.
 */
export function classificationMetrics(
  predicted: readonly number[],
  actual: readonly number[],
  labels: number,
): ClassificationMetrics {
  if (predicted.length !== actual.length) {
    throw new RangeError(`${predicted.length} predictions for ${actual.length} rows`);
  }
  const confusion = Array.from({ length: labels }, () => new Array<number>(labels).fill(0));
  for (const [row, truth] of actual.entries()) {
    const counts = confusion[truth];
    const guess = predicted[row] ?? -1;
    if (!counts || counts[guess] === undefined) throw new RangeError(`Row ${row}: ${guess} or ${truth} is not below ${labels}`);
    counts[guess] = counts[guess] + 1;
  }
  const rows = actual.length;
  if (rows === 0) return { accuracy: null, macroF1: null, confusion };

  const scores: number[] = [];
  let right = 0;
  for (let label = 0; label < labels; label++) {
    const hits = confusion[label]?.[label] ?? 0;
    const isActual = (confusion[label] ?? []).reduce((sum, count) => sum + count, 0);
    const isPredicted = confusion.reduce((sum, counts) => sum + (counts[label] ?? 0), 0);
    right += hits;
    // F1 = 2 TP / (2 TP + FP + FN)
    if (isActual + isPredicted > 0) scores.push((2 * hits) / (isActual + isPredicted));
  }
  return { accuracy: right / rows, macroF1: scores.reduce((sum, f1) => sum + f1, 0) / scores.length, confusion };
}
