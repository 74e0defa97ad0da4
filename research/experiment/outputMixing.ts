/**
 * Serving by mixing answers in place of adapters: p(y | x) = alpha p_p(y | x) + (1 - alpha) p_s(y | x), of the personal and the shared
 * adapter. Two passes over the fusion rows tell alpha, whatever alpha is looked at: the search of weights takes six. Pure.
 *
 *   posterior of alpha  ~  Beta(a, b) prod over fusion rows of (alpha p_p(y) + (1 - alpha) p_s(y))
 *   over clients        alpha_i' = B_i mu + (1 - B_i) alpha_i,  B_i = s_i^2 / (s_i^2 + between^2)       (empirical Bayes)
 *   temperatures       p^(1/T) / sum p^(1/T), with each adapter's T that makes the fusion rows likeliest
 * A client sends (alpha_i, s_i^2) for the second.
 */

/** Probabilities of every label, row by row. */
export type Answers = readonly (readonly number[])[];

/** Those under the personal and under the shared adapter, and what is right. */
export interface TwoAnswers {
  readonly personal: Answers;
  readonly shared: Answers;
  readonly truth: readonly number[];
}

/** a and b of Beta(a, b): how many rows each adapter is thought to have been right about before any was looked at. */
export interface MixPrior {
  readonly personal: number;
  readonly shared: number;
}

export interface FoundAlpha {
  /** Posterior mean. */
  readonly mean: number;
  readonly variance: number;
}

const GRID = Array.from({ length: 99 }, (_, i) => (i + 1) / 100);
/** Sure twice over to half as sure, in steps of a tenth of a doubling. */
const TEMPERATURES = Array.from({ length: 21 }, (_, i) => 2 ** ((i - 10) / 10));
/** Of a probability. */
const LEAST = 1e-12;

/** The posterior of alpha on a client's fusion rows. */
export function alphaOf(rows: TwoAnswers, { personal: a, shared: b }: MixPrior): FoundAlpha {
  const logs = GRID.map((alpha) => {
    const fits = rows.truth.map((label, row) => Math.log(Math.max(LEAST, mixedAt(rows, alpha, row, label))));
    return sum(fits) + (a - 1) * Math.log(alpha) + (b - 1) * Math.log(1 - alpha);
  });
  const highest = Math.max(...logs);
  const weights = logs.map((log) => Math.exp(log - highest));
  const expected = (of: (alpha: number) => number) => sum(GRID.map((alpha, i) => of(alpha) * (weights[i] ?? 0))) / sum(weights);
  const mean = expected((alpha) => alpha);
  return { mean, variance: expected((alpha) => (alpha - mean) ** 2) };
}

/** Every client's alpha, pulled to their mean by how little its own rows tell. */
export function shrunk(found: readonly FoundAlpha[]): readonly number[] {
  const mean = sum(found.map((alpha) => alpha.mean)) / found.length;
  const spread = sum(found.map((alpha) => (alpha.mean - mean) ** 2)) / Math.max(1, found.length - 1);
  const between = Math.max(0, spread - sum(found.map(({ variance }) => variance)) / found.length);
  return found.map((alpha) => {
    const pull = alpha.variance / (alpha.variance + between);
    return pull * mean + (1 - pull) * alpha.mean;
  });
}

/** The share of rows whose most probable label under the mix is the right one. */
export function accuracyAt(rows: TwoAnswers, alpha: number): number {
  const right = rows.truth.filter((label, row) => {
    const scores = (rows.personal[row] ?? []).map((_, other) => mixedAt(rows, alpha, row, other));
    return scores.indexOf(Math.max(...scores)) === label;
  });
  return right.length / rows.truth.length;
}

/** The temperature of a grid from 1/2 to 2 under which the right labels are likeliest; 1 where nothing tells. */
export function temperatureOf(answers: Answers, truth: readonly number[]): number {
  const likelihood = (temperature: number) =>
    sum(tempered(answers, temperature).map((row, i) => Math.log(Math.max(LEAST, row[truth[i] ?? -1] ?? 0))));
  const base = likelihood(1);
  const best = TEMPERATURES.reduce((found, next) => (likelihood(next) > likelihood(found) ? next : found), 1);
  return likelihood(best) > base ? best : 1;
}

/** The same answers, surer below a temperature of 1 and less sure above. */
export function tempered(answers: Answers, temperature: number): Answers {
  return answers.map((row) => {
    const powers = row.map((probability) => Math.max(LEAST, probability) ** (1 / temperature));
    const total = sum(powers);
    return powers.map((power) => power / total);
  });
}

/** 1 unless the shared adapter's probability of the right answer is higher by more than one standard error of the paired difference. */
export function personalUnlessBeaten({ personal, shared, truth }: TwoAnswers): 0 | 1 {
  const gains = truth.map((label, row) => (shared[row]?.[label] ?? 0) - (personal[row]?.[label] ?? 0));
  const mean = sum(gains) / gains.length;
  const variance = sum(gains.map((gain) => (gain - mean) ** 2)) / Math.max(1, gains.length - 1);
  return mean > Math.sqrt(variance / gains.length) ? 0 : 1;
}

function mixedAt({ personal, shared }: TwoAnswers, alpha: number, row: number, label: number): number {
  return alpha * (personal[row]?.[label] ?? 0) + (1 - alpha) * (shared[row]?.[label] ?? 0);
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
