/**
 * Classifiers on embeddings that nobody trained: the nearest class mean, and a linear probe (ridge regression on answers of 1 and -1).
 * Both are made of sums over rows alone, so that clients who add theirs up have in one round what their rows together would give.
 * Pure; D is the width of an embedding, L the number of classes.
 */

/** What one round has to carry. */
export interface ClassSums {
  /** Rows by class [L]. */
  readonly counts: readonly number[];
  /** Sum of the embeddings of each class [L, D]. */
  readonly sums: readonly (readonly number[])[];
  /** Sum of x x' over all rows [D, D]. */
  readonly gram: readonly (readonly number[])[];
}

/** The class of an embedding. */
export type Classifier = (embedding: readonly number[]) => number;

/** `labels` are below `classes`, row by row. */
export function classSums(embeddings: readonly (readonly number[])[], labels: readonly number[], classes: number): ClassSums {
  const width = embeddings[0]?.length ?? 0;
  const counts = zeros(classes);
  const sums = Array.from({ length: classes }, () => zeros(width));
  const gram = Array.from({ length: width }, () => zeros(width));
  for (const [row, x] of embeddings.entries()) {
    const label = labels[row] ?? -1;
    counts[label] = at(counts, label) + 1;
    addTo(sums[label] ?? [], x, 1);
    for (const [i, value] of x.entries()) addTo(gram[i] ?? [], x, value);
  }
  return { counts, sums, gram };
}

/** Of all clients together. @throws {RangeError} without any. */
export function addedUp(clients: readonly ClassSums[]): ClassSums {
  const [first, ...others] = clients;
  if (!first) throw new RangeError("There are no sums to add up");
  const plus = (a: readonly number[], b: readonly number[] = []) => a.map((value, i) => value + at(b, i));
  return others.reduce(
    (all, one) => ({
      counts: plus(all.counts, one.counts),
      sums: all.sums.map((sum, label) => plus(sum, one.sums[label])),
      gram: all.gram.map((row, i) => plus(row, one.gram[i])),
    }),
    first,
  );
}

/** The class whose mean is nearest; one without rows is never chosen. */
export function nearestClassMean({ counts, sums }: ClassSums): Classifier {
  const means = sums.map((sum, label) => sum.map((value) => value / at(counts, label)));
  const distance = (x: readonly number[], mean: readonly number[]) =>
    x.reduce((total, value, i) => total + (value - at(mean, i)) ** 2, 0);
  return (x) => largest(means.map((mean, label) => (at(counts, label) > 0 ? -distance(x, mean) : Number.NEGATIVE_INFINITY)));
}

/**
 * w_c = (sum (x - m)(x - m)' + lambda I)^-1 sum (x - m)(y_c - mean y_c), with y_c = 1 in class c and -1 outside, and an intercept
 * that is not penalised: scikit-learn's RidgeClassifier. A class without rows is never chosen.
 */
export function linearProbe({ counts, sums, gram }: ClassSums, lambda: number): Classifier {
  const rows = counts.reduce((total, count) => total + count, 0);
  const total = zeros(gram.length);
  for (const sum of sums) addTo(total, sum, 1);
  const mean = total.map((value) => value / rows);
  const centred = gram.map((row, i) => row.map((value, j) => value - rows * at(mean, i) * at(mean, j) + (i === j ? lambda : 0)));
  const lower = cholesky(centred);
  const heads = sums.map((sum, label) => {
    const answer = (2 * at(counts, label)) / rows - 1;
    const weights = solved(
      lower,
      sum.map((value, i) => 2 * value - at(total, i) * (1 + answer)),
    );
    return { weights, intercept: answer - dot(mean, weights) };
  });
  return (x) =>
    largest(
      heads.map(({ weights, intercept }, label) =>
        at(counts, label) > 0 ? dot(x, weights) + intercept : Number.NEGATIVE_INFINITY,
      ),
    );
}

/** L with L L' = the matrix, which is symmetric and positive definite. */
function cholesky(matrix: readonly (readonly number[])[]): readonly (readonly number[])[] {
  const lower: number[][] = [];
  for (const [i, row] of matrix.entries()) {
    const mine: number[] = [];
    for (const [j, other] of [...lower, mine].entries()) {
      let rest = at(row, j);
      for (let k = 0; k < j; k++) rest -= at(mine, k) * at(other, k);
      mine.push(i === j ? Math.sqrt(rest) : rest / at(other, j));
    }
    lower.push(mine);
  }
  return lower;
}

/** x with L L' x = b. */
function solved(lower: readonly (readonly number[])[], b: readonly number[]): readonly number[] {
  const x = [...b];
  for (const [i, row] of lower.entries()) {
    for (let k = 0; k < i; k++) x[i] = at(x, i) - at(row, k) * at(x, k);
    x[i] = at(x, i) / at(row, i);
  }
  for (let i = lower.length - 1; i >= 0; i--) {
    x[i] = at(x, i) / at(lower[i] ?? [], i);
    for (let k = 0; k < i; k++) x[k] = at(x, k) - at(lower[i] ?? [], k) * at(x, i);
  }
  return x;
}

function largest(scores: readonly number[]): number {
  return scores.indexOf(Math.max(...scores));
}

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((total, value, i) => total + value * at(b, i), 0);
}

function addTo(sum: number[], x: readonly number[], weight: number): void {
  for (const [i, value] of x.entries()) sum[i] = at(sum, i) + weight * value;
}

const zeros = (length: number): number[] => new Array<number>(length).fill(0);

/** Of an index that is there. */
const at = (values: readonly number[], index: number): number => values[index] ?? Number.NaN;
