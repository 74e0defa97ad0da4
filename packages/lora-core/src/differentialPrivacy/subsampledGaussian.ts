/**
 * Renyi divergence of the Gaussian mechanism on a Poisson sample (Mironov, Talwar and Zhang 2019, arXiv:1908.10530, section 3.3):
 *   RDP(order) = log A / (order - 1),  A = E over z from N(0, s^2) of (1 - q + q exp((2z - 1) / (2 s^2)))^order
 * for a row added or removed, with noise multiplier s and sampling rate q.
 */
import { logErfc } from "./logErfc.ts";
import type { NoisySteps, StepOf } from "./mechanism.ts";

/** Terms of the series for an order that is not whole; past that the order is left out, as dp-accounting does. */
const MAX_TERMS = 1000;
/** A term this far below the sum, as a logarithm, no longer counts. */
const NEGLIGIBLE = 30;

/** Of one step, at an order above 1; Infinity where the series does not end in time. */
export function rdpOfStep({ noiseMultiplier, samplingRate }: StepOf<NoisySteps>, order: number): number {
  if (samplingRate === 1) return order / (2 * noiseMultiplier ** 2);
  const logA = Number.isInteger(order) ? logAWhole : logAFractional;
  return logA(samplingRate, noiseMultiplier, order) / (order - 1);
}

/** Binomial expansion: A = sum over i of C(order, i) (1 - q)^(order - i) q^i exp((i^2 - i) / (2 s^2)). */
function logAWhole(q: number, s: number, order: number): number {
  let sum = Number.NEGATIVE_INFINITY;
  let logBinomial = 0;
  for (let i = 0; i <= order; i++) {
    sum = logAdd(sum, logBinomial + (order - i) * Math.log1p(-q) + i * Math.log(q) + (i * i - i) / (2 * s * s));
    logBinomial += Math.log(order - i) - Math.log(i + 1);
  }
  return sum;
}

/**
 * Two series, left and right of the z where both parts of the mixture are equal.
 * Differs from paper: binomial coefficients past the order alternate in sign; their absolute values are taken, which bounds A from above.
 */
function logAFractional(q: number, s: number, order: number): number {
  const border = s * s * Math.log(1 / q - 1) + 0.5;
  const logHalfErfc = (x: number) => Math.log(0.5) + logErfc(x / (Math.SQRT2 * s));
  let sum = Number.NEGATIVE_INFINITY;
  let logBinomial = 0;
  let [lastLeft, lastRight] = [sum, sum];
  for (let i = 0; i < MAX_TERMS; i++) {
    const j = order - i;
    const left = logBinomial + i * Math.log(q) + j * Math.log1p(-q) + (i * i - i) / (2 * s * s) + logHalfErfc(i - border);
    const right = logBinomial + j * Math.log(q) + i * Math.log1p(-q) + (j * j - j) / (2 * s * s) + logHalfErfc(border - j);
    sum = logAdd(sum, logAdd(left, right));
    if (left < lastLeft && right < lastRight && Math.max(left, right) < sum - NEGLIGIBLE) return sum;
    [lastLeft, lastRight] = [left, right];
    logBinomial += Math.log(Math.abs(j)) - Math.log(i + 1);
  }
  return Number.POSITIVE_INFINITY;
}

/** log(exp(x) + exp(y)) */
function logAdd(x: number, y: number): number {
  const [low, high] = x < y ? [x, y] : [y, x];
  return low === Number.NEGATIVE_INFINITY ? high : high + Math.log1p(Math.exp(low - high));
}
